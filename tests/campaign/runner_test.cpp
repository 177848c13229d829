#include "tests/campaign/runner_fixture.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;
using RunnerTest = test::RunnerTest;

TEST_F(RunnerTest, SendsToEverybodyOnceAtThePaceOfTheLimit) {
    start(5'000);
    clock.advance(40s);
    EXPECT_EQ(count(DeliveryState::accepted), 5'000);
    ASSERT_EQ(intercom.sent.size(), 5'000u);
    // 0.98 of 1,667 in any 10 s, and a burst of 8 at most
    for (std::size_t i = 0; i + 1'642 < intercom.sent.size(); ++i)
        ASSERT_GE(intercom.sent[i + 1'642].at - intercom.sent[i].at, 10s) << i;
    EXPECT_LT(intercom.sent.back().at - intercom.sent.front().at, 5'000 / 163.0 * 1s);
}

TEST_F(RunnerTest, WhatWasNotExecutedIsTriedAgainAfterOneTwoAndFourSeconds) {
    const Error refused{Errc::not_executed, "connect: refused"};
    intercom.script = {refused, refused, refused};
    start(1);
    clock.advance(20s);
    ASSERT_EQ(intercom.sent.size(), 4u);
    const auto gap = [&](std::size_t i) { return intercom.sent[i].at - intercom.sent[i - 1].at; };
    EXPECT_GE(gap(1), 1s);
    EXPECT_GE(gap(2), 2s);
    EXPECT_GE(gap(3), 4s);
    EXPECT_LE(gap(3), 8s);
    EXPECT_EQ(count(DeliveryState::accepted), 1);
}

TEST_F(RunnerTest, AfterTheFourthFailureToReachIntercomTheRowIsRejected) {
    breaker_options.consecutive = 100;
    for (int i = 0; i < 4; ++i) intercom.script.emplace_back(Error{Errc::not_executed, "x"});
    start(1);
    clock.advance(60s);
    EXPECT_EQ(intercom.sent.size(), 4u);
    EXPECT_EQ(store.rows[0].state, DeliveryState::rejected);
    EXPECT_EQ(store.rows[0].reason, "not_executed");
}

TEST_F(RunnerTest, AnAmbiguousSendIsUnknownAndNeverSentAgain) {
    intercom.script = {Error{Errc::outcome_unknown, "502"}};
    start(3);
    clock.advance(600s);
    EXPECT_EQ(intercom.sent.size(), 3u);
    EXPECT_EQ(count(DeliveryState::unknown), 1);
    EXPECT_EQ(count(DeliveryState::accepted), 2);
}

TEST_F(RunnerTest, A429CostsNoAttempt) {
    intercom.script = {Error{Errc::rate_limited, "429"}};
    start(1);
    clock.advance(5s);
    EXPECT_EQ(store.rows[0].state, DeliveryState::accepted);
    EXPECT_EQ(store.rows[0].attempts, 1);
    EXPECT_EQ(store.rows[0].throttled, 1);
}

TEST_F(RunnerTest, AnOpenCircuitGivesTheClaimsBackAndChargesNobody) {
    intercom.latency = 10ms;
    for (int i = 0; i < 200; ++i) intercom.script.emplace_back(Error{Errc::outcome_unknown, "503"});
    upstream.reply(503, 3);
    start(1'000);
    clock.advance(5s);
    const auto lost = count(DeliveryState::unknown);
    EXPECT_GE(lost, 5);
    EXPECT_LE(lost, 128 + 33);
    EXPECT_EQ(count(DeliveryState::queued), 1'000 - lost);
    EXPECT_EQ(store.held(), 0);
    EXPECT_EQ(runner->waiting().reason, WaitReason::circuit_open);
    clock.advance(180s);  // three trials meet a host that is still down: they cost nobody anything
    EXPECT_EQ(upstream.calls.size(), 3u);
    EXPECT_EQ(count(DeliveryState::unknown), lost);
    intercom.script.clear();
    clock.advance(120s);
    EXPECT_EQ(count(DeliveryState::accepted), 1'000 - lost);
}

TEST_F(RunnerTest, NothingOfAPausedCampaignReachesTheWire) {
    start(1'000);
    clock.advance(2s);
    boost::asio::co_spawn(
        *loop, store.change(machine({"w"}), campaign.id, CampaignEvent::pause, PauseReason::operator_request, {}, {}),
        [](std::exception_ptr, auto) {});
    clock.settle();
    runner->drop(campaign.id);
    const auto sent = intercom.sent.size();
    clock.advance(60s);
    EXPECT_EQ(intercom.sent.size(), sent);
    EXPECT_EQ(count(DeliveryState::inflight), 0);
    EXPECT_EQ(store.held(), 0);
    EXPECT_EQ(count(DeliveryState::accepted) + count(DeliveryState::queued), 1'000);
}

TEST_F(RunnerTest, AnIntentThatFindsThePauseFirstSendsNothing) {
    store.intend_takes = 50ms;
    start(10);
    clock.advance(20ms);  // intents are on their way
    store.campaigns.at(campaign.id).state = CampaignState::paused;
    clock.advance(10s);
    EXPECT_TRUE(intercom.sent.empty());
}

TEST_F(RunnerTest, ASendThatMissedItsSlotTakesANewOne) {
    store.intend_takes = 300ms;
    start(1'000);
    clock.advance(20s);
    EXPECT_EQ(count(DeliveryState::accepted), 1'000);
    // every send paid for two slots, so half the pace reached the wire
    EXPECT_GE(intercom.sent.back().at - intercom.sent.front().at, 1'000 / 163.0 * 1.9s);
}

TEST_F(RunnerTest, AnIntentThatWaitedTooLongForTheWireIsWithdrawnUncharged) {
    store.intend_takes = 6s;
    start(1);
    clock.advance(6'100ms);
    EXPECT_TRUE(intercom.sent.empty());
    EXPECT_EQ(store.rows[0].attempts, 0);
    store.intend_takes = 0ms;
    clock.advance(10s);
    EXPECT_EQ(store.rows[0].state, DeliveryState::accepted);
}

TEST_F(RunnerTest, AnOutcomeTheStoreRefusesIsKeptUntilItIsStored) {
    store.settles_to_fail = 5;
    start(1);
    clock.advance(2s);
    EXPECT_EQ(store.rows[0].state, DeliveryState::inflight);
    EXPECT_EQ(gate->inflight(), 1u);
    EXPECT_EQ(runner->waiting().reason, WaitReason::store);
    clock.advance(10s);
    EXPECT_EQ(store.rows[0].state, DeliveryState::accepted);
    EXPECT_EQ(gate->inflight(), 0u);
    EXPECT_EQ(intercom.sent.size(), 1u);
}

TEST_F(RunnerTest, AStoreThatIsDownSendsNothingAndRecovers) {
    store.down = true;
    start(10);
    clock.advance(30s);
    EXPECT_TRUE(intercom.sent.empty());
    store.down = false;
    clock.advance(10s);
    EXPECT_EQ(count(DeliveryState::accepted), 10);
}

TEST_F(RunnerTest, DrainingFinishesWhatIsInFlightAndGivesTheRestBack) {
    start(1'000);
    clock.advance(2s);
    ASSERT_GT(count(DeliveryState::inflight), 0);
    runner->stop();
    auto drained = test::start(*loop, runner->drain(clock.now() + 30s));
    clock.advance(1s);
    ASSERT_TRUE(drained.done());
    EXPECT_TRUE(drained.get());
    EXPECT_TRUE(ended);
    EXPECT_EQ(count(DeliveryState::inflight), 0);
    EXPECT_EQ(store.held(), 0);
    EXPECT_EQ(count(DeliveryState::accepted), static_cast<std::int64_t>(intercom.sent.size()));
}

TEST_F(RunnerTest, ASenderWhoIsNoAdminPausesTheCampaignBeforeAnybodyIsWrittenTo) {
    campaign.sender = {8, {}, false};
    start(10);
    clock.advance(5s);
    EXPECT_TRUE(intercom.sent.empty());
    EXPECT_EQ(store.campaigns.at(campaign.id).paused_for, PauseReason::content_rejected);
    EXPECT_EQ(intercom.asked_for_admins, 1) << "once a campaign, not once a row";
}

TEST_F(RunnerTest, OneReferenceThatCannotBeAnsweredDoesNotHoldUpTheOthers) {
    intercom.unanswerable = "p77";
    start(200);
    clock.advance(30s);
    EXPECT_EQ(count(DeliveryState::accepted), 199);
    EXPECT_EQ(store.rows[77].state, DeliveryState::deferred);
    clock.advance(600s);
    EXPECT_EQ(store.rows[77].state, DeliveryState::skipped);
    EXPECT_EQ(store.rows[77].reason, "lookup_failed");
}

TEST_F(RunnerTest, ALaunchIsNoticedWithoutWaitingForThePoll) {
    start(0);
    clock.advance(10s);
    const auto now = clock.now();
    store.add(campaign, {{{ContactRef::Kind::external_id, "p"}, {}}});
    runner->wake();
    clock.settle();
    clock.advance(1ms);
    EXPECT_EQ(intercom.sent.size(), 1u);
    EXPECT_LE(clock.now() - now, 1ms);
}

TEST_F(RunnerTest, ASenderGivenByEmailIsResolvedBeforeTheFirstSend) {
    campaign.sender = {{}, "Ann@Example.com", false};
    start(10);
    clock.advance(5s);
    EXPECT_EQ(count(DeliveryState::accepted), 10);
    EXPECT_EQ(store.campaigns.at(campaign.id).sender.admin_id, 7);
}

TEST_F(RunnerTest, FiftyRefusalsOfTheContentInARowPauseTheCampaign) {
    for (int i = 0; i < 200; ++i)
        intercom.script.emplace_back(Error{Errc::content_rejected, "422", {}, "data_invalid"});
    start(500);
    clock.advance(20s);
    EXPECT_EQ(store.campaigns.at(campaign.id).paused_for, PauseReason::content_rejected);
    EXPECT_GE(count(DeliveryState::rejected), 50);
    EXPECT_LE(count(DeliveryState::rejected), 50 + 128);
}

TEST_F(RunnerTest, ACampaignResumedAfterRefusalsStartsWithANewGuard) {
    for (int i = 0; i < 150; ++i) intercom.script.emplace_back(Error{Errc::content_rejected, "422", {}, "x"});
    start(500);
    clock.advance(20s);
    ASSERT_EQ(store.campaigns.at(campaign.id).state, CampaignState::paused);
    intercom.script.clear();
    intercom.script.emplace_back(Error{Errc::content_rejected, "422", {}, "x"});
    store.campaigns.at(campaign.id).state = CampaignState::running;
    runner->wake();
    clock.advance(20s);
    EXPECT_EQ(store.campaigns.at(campaign.id).state, CampaignState::running);
    EXPECT_EQ(count(DeliveryState::queued), 0);
}

TEST_F(RunnerTest, AContactThatIsGoneIsForgottenAndLookedUpAgainOnce) {
    intercom.script = {Error{Errc::contact_merged, "410"}};
    start(1);
    clock.advance(5s);
    EXPECT_EQ(store.forgotten, std::set<std::string>{"p0"});
    EXPECT_EQ(store.rows[0].state, DeliveryState::accepted);
    EXPECT_EQ(store.rows[0].attempts, 2);
}

class CreatingRunnerTest : public RunnerTest {
 protected:
    CreatingRunnerTest() {
        campaign.create_missing_contacts = true;
        intercom.unknown = {"p0"};
    }
    const test::InMemoryStore::Row& row() const { return store.rows.at(0); }
};

TEST_F(CreatingRunnerTest, WhoIsUnknownIsCreatedAndWrittenTo) {
    start(0);
    store.add(campaign, {{{ContactRef::Kind::external_id, "p0"}, {{"name", "Ann"}, {"plan", "gold"}}},
                         {{ContactRef::Kind::external_id, "p1"}, {}}});
    clock.advance(5s);
    EXPECT_EQ(count(DeliveryState::accepted), 2);
    ASSERT_EQ(intercom.created.size(), 1U);
    EXPECT_EQ(intercom.created[0].ref, (ContactRef{ContactRef::Kind::external_id, "p0"}));
    EXPECT_EQ(intercom.created[0].name, "Ann");
}

TEST_F(CreatingRunnerTest, NobodyIsCreatedWhoWasNotAskedFor) {
    campaign.create_missing_contacts = false;
    start(1);
    clock.advance(5s);
    EXPECT_EQ(row().reason, "not_found");
    EXPECT_TRUE(intercom.created.empty());
}

TEST_F(CreatingRunnerTest, NobodyIsCreatedUnderAnIdOfIntercoms) {
    start(0);
    store.add(campaign, {{{ContactRef::Kind::id, "p0"}, {}}});
    clock.advance(5s);
    EXPECT_EQ(row().reason, "not_found");
    EXPECT_TRUE(intercom.created.empty());
}

TEST_F(CreatingRunnerTest, AnEmailIsCreatedWithoutLookingASecondTime) {
    start(0);
    store.add(campaign, {{{ContactRef::Kind::email, "p0"}, {}}});
    clock.advance(5s);
    EXPECT_EQ(row().state, DeliveryState::accepted);
    EXPECT_EQ(row().lookups, 0);
}

TEST_F(CreatingRunnerTest, ANewContactThatIsNotFoundYetIsTriedAgainAfter5And15And45Seconds) {
    for (int i = 0; i < 3; ++i) intercom.script.emplace_back(Error{Errc::contact_not_found, "404"});
    start(1);
    clock.advance(110s);
    ASSERT_EQ(intercom.sent.size(), 4U);
    const auto gap = [&](std::size_t i) { return intercom.sent[i].at - intercom.sent[i - 1].at; };
    EXPECT_GE(gap(1), 5s);
    EXPECT_LT(gap(1), 8s);
    EXPECT_GE(gap(2), 15s);
    EXPECT_LT(gap(2), 18s);
    EXPECT_GE(gap(3), 45s);
    EXPECT_LT(gap(3), 48s);
    EXPECT_EQ(row().state, DeliveryState::accepted);
    EXPECT_EQ(intercom.created.size(), 1U);
}

TEST_F(CreatingRunnerTest, ANewContactThatIsNeverFoundIsGivenUp) {
    for (int i = 0; i < 20; ++i) intercom.script.emplace_back(Error{Errc::contact_not_found, "404"});
    start(1);
    clock.advance(600s);
    EXPECT_EQ(row().state, DeliveryState::rejected);
    EXPECT_EQ(row().reason, "contact_not_found");
    EXPECT_EQ(intercom.sent.size(), 5U) << "three waits, and once more with the contact looked up again";
}

TEST_F(CreatingRunnerTest, WhomAConflictNamesAndWhoIsNewIsWaitedForToo) {
    intercom.creations.push_back(Creation{
        {test::ScriptedIntercom::person({ContactRef::Kind::external_id, "p0"}), {}}, false, clock.wall_now() - 10s});
    intercom.script.emplace_back(Error{Errc::contact_not_found, "404"});
    start(1);
    clock.advance(3s);
    EXPECT_EQ(row().state, DeliveryState::queued);
    EXPECT_TRUE(store.forgotten.empty());
    clock.advance(5s);
    EXPECT_EQ(row().state, DeliveryState::accepted);
}

TEST_F(CreatingRunnerTest, WhomIntercomDoesNotTakeIsSkippedWithItsWords) {
    intercom.creations.push_back(Error{Errc::content_rejected, "email is not valid"});
    start(2);
    clock.advance(5s);
    EXPECT_EQ(row().state, DeliveryState::skipped);
    EXPECT_EQ(row().reason, "creation_refused");
    EXPECT_EQ(row().detail, "email is not valid");
    EXPECT_EQ(count(DeliveryState::accepted), 1);
}

TEST_F(CreatingRunnerTest, WhoIsArchivedIsSkipped) {
    intercom.creations.push_back(Creation{{{}, SkipReason::archived}, false, {}});
    start(1);
    clock.advance(5s);
    EXPECT_EQ(row().reason, "archived");
}

TEST_F(CreatingRunnerTest, TroubleWithACreationCostsNothing) {
    intercom.creations.push_back(Error{Errc::rate_limited, "429"});
    start(3);
    clock.advance(500ms);
    EXPECT_EQ(row().state, DeliveryState::queued);
    clock.advance(5s);
    EXPECT_EQ(count(DeliveryState::accepted), 3);
}

}  // namespace
}  // namespace herald
