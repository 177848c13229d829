// Retries of so many rows that they follow in slices: what happens between two of them.

#include <map>

#include <fmt/format.h>

#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;
using enum DeliveryState;

class RetrySlices : public StoreTest {
 public:
    static constexpr int slice = 2'000;
    static constexpr WallTime asked = start + 1h;

    // A campaign whose rows have all ended, in the state that the SQL expression says of the row's position.
    CampaignId ended(int people, const std::string& state = "'rejected'") {
        const auto id = campaign(people);
        raw().exec(
            fmt::format("UPDATE deliveries SET state = {}, attempts = 1, claims = 1, updated_at = 1, "
                        "contact_id = 'contact_' || number WHERE campaign = {};"
                        "UPDATE deliveries SET reason = 'why' WHERE state NOT IN ('queued', 'accepted')",
                        state, number_of(id)));
        EXPECT_EQ(restart().corrected_campaigns, 1);
        return id;
    }
    std::int64_t number_of(const CampaignId& id) {
        return raw_integer(fmt::format("SELECT number FROM campaigns WHERE id = '{}'", id.value));
    }
    Result<Written> retry(const CampaignId& id, std::vector<DeliveryState> states, WallTime now = asked) {
        return run(campaigns().retry(caller(), id, std::move(states), now, {}));
    }
    bool sweep(WallTime now = asked + 1s) { return run(store->upkeep().sweep(now)).value(); }
    int sweep_all(WallTime now = asked + 1s) {
        int slices = 0;
        while (sweep(now)) ++slices;
        return slices;
    }
    // What is queued is accepted, and the process starts again.
    void accept_all() {
        raw().exec("UPDATE deliveries SET state = 'accepted' WHERE state = 'queued'");
        restart();
    }
    void resolve_not_sent(std::int64_t delivery) {
        ASSERT_TRUE(run(store->records().resolve(caller(), {delivery, Resolution::not_sent, "", asked}, {},
                                                 [](const DeliveryDetails&) { return std::string(); })));
    }
    AuditEntry last_entry(const CampaignId& id) {
        return run(store->audit().list(workspace, {.resource = "campaign:" + id.value, .limit = 1}))->at(0);
    }
};

TEST_F(RetrySlices, TheCampaignRunsAtOnceAndItsRowsFollow) {
    const auto id = ended(4'500);
    ASSERT_EQ(get(id).state, CampaignState::completed_with_losses);
    const auto after = retry(id, {rejected}).value().campaign;
    EXPECT_EQ(after.state, CampaignState::running);
    EXPECT_EQ(after.counts[queued], slice);
    EXPECT_EQ(after.counts[rejected], 4'500 - slice);
    expect_counts_are_rows(id);
    EXPECT_EQ(last_entry(id).record.details.at("recipient_count"), AuditValue(std::int64_t{4'500}));
    const auto version = get(id).version;

    changed.clear();
    ASSERT_TRUE(sweep());
    EXPECT_EQ(changed, std::vector{id});
    EXPECT_EQ(get(id).counts[queued], 2 * slice);
    expect_counts_are_rows(id);
    EXPECT_EQ(restart().corrected_campaigns, 0);  // what a crash interrupts goes on
    EXPECT_EQ(get(id).state, CampaignState::running);
    EXPECT_EQ(sweep_all(), 1);
    EXPECT_EQ(get(id).counts[queued], 4'500);
    EXPECT_EQ(get(id).version, version);
    EXPECT_TRUE(run(campaigns().reasons(workspace, id))->empty());
    expect_counts_are_rows(id);
    EXPECT_EQ(row(id, 4'499).contact, std::nullopt);
    EXPECT_EQ(row(id, 4'499).attempts, 0);
}

TEST_F(RetrySlices, OneSliceTakesOfAllStatesTogether) {
    const auto id = ended(4'500, "CASE position % 3 WHEN 0 THEN 'rejected' WHEN 1 THEN 'skipped' ELSE 'unknown' END");
    EXPECT_EQ(retry(id, {unknown, rejected, rejected, skipped})->campaign.counts[queued], slice);
    EXPECT_EQ(last_entry(id).record.details.at("recipient_count"), AuditValue(std::int64_t{4'500}));
    expect_counts_are_rows(id);
    ASSERT_TRUE(sweep());
    EXPECT_EQ(get(id).counts[queued], 2 * slice);
    expect_counts_are_rows(id);
    EXPECT_EQ(sweep_all(), 1);
    EXPECT_EQ(get(id).counts[queued], 4'500);
}

TEST_F(RetrySlices, OneThatIsNotThroughIsNotComplete) {
    const auto id = ended(slice + 500);
    ASSERT_TRUE(retry(id, {rejected}));
    raw().exec("UPDATE deliveries SET state = 'accepted' WHERE state = 'queued' AND position > 0");
    restart();
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::accept, {}, asked));
    EXPECT_TRUE(get(id).counts.finished());
    EXPECT_EQ(get(id).state, CampaignState::running);
    restart();
    EXPECT_EQ(get(id).state, CampaignState::running);
    EXPECT_EQ(sweep_all(), 1);
    EXPECT_EQ(get(id).counts[queued], 500);
    accept_all();
    EXPECT_EQ(get(id).state, CampaignState::completed);
    expect_counts_are_rows(id);
}

TEST_F(RetrySlices, CompletesWhenNobodyIsLeftInTheRest) {
    const auto id = ended(slice + 500);
    raw().exec(fmt::format("UPDATE deliveries SET ref_kind = 'erased', ref = number WHERE position >= {}", slice));
    ASSERT_TRUE(retry(id, {rejected}));
    EXPECT_EQ(last_entry(id).record.details.at("recipient_count"), AuditValue(std::int64_t{slice}));
    accept_all();
    EXPECT_EQ(get(id).state, CampaignState::running);
    EXPECT_EQ(sweep_all(asked + 2s), 1);
    EXPECT_EQ(get(id).state, CampaignState::completed_with_losses);
    EXPECT_EQ(get(id).finished_at, asked + 2s);
    EXPECT_EQ(get(id).counts[rejected], 500);
    expect_counts_are_rows(id);
}

TEST_F(RetrySlices, OfErasedPeopleOnlyChangesNothing) {
    const auto id = ended(3);
    raw().exec("UPDATE deliveries SET ref_kind = 'erased', ref = number");
    const auto before = get(id);
    EXPECT_EQ(retry(id, {rejected})->campaign, before);
    EXPECT_EQ(sweep_all(), 0);
}

TEST_F(RetrySlices, WhoIsErasedBetweenTwoSlicesIsNotSentTo) {
    const auto id = ended(slice + 500);
    ASSERT_TRUE(retry(id, {rejected}));
    ASSERT_EQ(run(store->people().erase(caller(), {{ContactRef::Kind::external_id, "client_2400"}}, "gone", asked))
                  ->deliveries,
              1);
    EXPECT_EQ(sweep_all(), 1);
    EXPECT_EQ(row(id, 2'400).state, rejected);
    EXPECT_EQ(get(id).counts[queued], slice + 499);
    expect_counts_are_rows(id);
}

// The clock may stand or go back: which rows had ended is not asked of it.
TEST_F(RetrySlices, WhatEndsMeanwhileIsNotQueuedByIt) {
    const auto id = ended(slice + 600, fmt::format("CASE WHEN position < {} OR position >= {} THEN 'rejected' "
                                                   "ELSE 'queued' END",
                                                   slice, slice + 6));
    const auto in_flight = sent("flying", start);  // position 2,000
    const auto on_the_wire = sent("lost", start);
    const auto planned = ready("rejected", start);
    const auto claimed = claim(1).at(0).claim;
    ASSERT_EQ(row(id, slice + 3).number, claimed.number);
    const auto crashing = sent("crashing", start);
    ASSERT_TRUE(retry(id, {rejected, skipped, unknown}));

    ASSERT_TRUE(settle(in_flight, DeliveryEvent::reject, "again", start));
    ASSERT_TRUE(settle(on_the_wire, DeliveryEvent::lose, "ambiguous", start));
    ASSERT_TRUE(intend(planned));
    ASSERT_TRUE(settle(planned, DeliveryEvent::refuse, "", start));
    ASSERT_TRUE(run(deliveries().plan({{claimed, DeliveryEvent::skip, {}, "blocked", {}}}, start)));
    restart(start);
    // Queued by the retry, sent, and rejected once more; and one that a person has looked into.
    ASSERT_TRUE(settle(sent("first", start), DeliveryEvent::reject, "again", start));
    EXPECT_EQ(row(id, 0).state, rejected);
    ASSERT_TRUE(settle(sent("second", start), DeliveryEvent::lose, "ambiguous", start));
    resolve_not_sent(row(id, 1).number);
    expect_counts_are_rows(id);

    EXPECT_EQ(sweep_all(), 1);
    EXPECT_EQ(row(id, 0).reason, "again");
    EXPECT_EQ(row(id, 1).reason, "resolved");
    EXPECT_EQ(row(id, slice).reason, "again");
    EXPECT_EQ(row(id, slice + 1).state, unknown);
    EXPECT_EQ(row(id, slice + 2).state, skipped);
    EXPECT_EQ(row(id, slice + 3).reason, "blocked");
    EXPECT_EQ(row(id, slice + 4).number, crashing.number);
    EXPECT_EQ(row(id, slice + 4).reason, "crash");
    EXPECT_EQ(get(id).counts[queued], slice + 600 - 7);
    expect_counts_are_rows(id);

    // The next one is for them.
    EXPECT_EQ(retry(id, {rejected, skipped, unknown})->campaign.counts[queued], slice + 600);
    EXPECT_EQ(last_entry(id).record.details.at("recipient_count"), AuditValue(std::int64_t{7}));
}

TEST_F(RetrySlices, AnUnknownOneThatAPersonHasLookedIntoWaitsForTheNext) {
    const auto id = ended(slice + 2, "CASE WHEN position < 2000 THEN 'rejected' ELSE 'unknown' END");
    ASSERT_TRUE(retry(id, {unknown, rejected}));
    ASSERT_EQ(row(id, slice).state, unknown);
    resolve_not_sent(row(id, slice).number);
    EXPECT_EQ(sweep_all(), 1);
    EXPECT_EQ(row(id, slice).state, rejected);
    EXPECT_EQ(get(id).counts[queued], slice + 1);
    expect_counts_are_rows(id);
}

TEST_F(RetrySlices, ALateAnswerBeforeItsTurnCounts) {
    const auto id = ended(slice + 1, "CASE WHEN position < 2000 THEN 'unknown' ELSE 'queued' END");
    const auto late = sent("a");
    ASSERT_TRUE(settle(late, DeliveryEvent::lose, "ambiguous"));
    ASSERT_TRUE(retry(id, {unknown}));
    EXPECT_EQ(row(id, slice).state, unknown);
    ASSERT_TRUE(settle(late, DeliveryEvent::accept));
    EXPECT_EQ(sweep_all(), 1);
    EXPECT_EQ(row(id, slice).state, accepted);
    EXPECT_EQ(get(id).counts[queued], slice);
    expect_counts_are_rows(id);
}

TEST_F(RetrySlices, ACancelEndsIt) {
    const auto id = ended(slice + 500);
    ASSERT_TRUE(retry(id, {rejected}));
    ASSERT_TRUE(change(id, CampaignEvent::cancel, asked));
    restart();
    sweep_all();
    EXPECT_EQ(get(id).state, CampaignState::cancelled);
    EXPECT_EQ(get(id).counts[cancelled], slice);
    EXPECT_EQ(get(id).counts[rejected], 500);
    expect_counts_are_rows(id);
}

TEST_F(RetrySlices, AnExpiryEndsIt) {
    const auto id = ended(slice + 500);
    raw().exec(fmt::format("UPDATE campaigns SET expires_at = {}", (asked + 1min).time_since_epoch().count()));
    ASSERT_TRUE(retry(id, {rejected}));
    ASSERT_TRUE(change(id, CampaignEvent::expire, asked + 1min));
    sweep_all(asked + 1min);
    EXPECT_EQ(get(id).state, CampaignState::completed_with_losses);
    EXPECT_EQ(get(id).counts[expired], slice);
    EXPECT_EQ(get(id).counts[rejected], 500);
    expect_counts_are_rows(id);
}

// Nothing is queued, so that nobody has to expire it.
TEST_F(RetrySlices, NothingIsQueuedOnceItHasExpired) {
    const auto id = ended(slice + 500);
    raw().exec(fmt::format("UPDATE campaigns SET expires_at = {}", (asked + 1min).time_since_epoch().count()));
    ASSERT_TRUE(retry(id, {rejected}));
    accept_all();
    EXPECT_EQ(sweep_all(asked + 1min), 1);
    EXPECT_EQ(get(id).state, CampaignState::completed_with_losses);
    EXPECT_EQ(get(id).counts[rejected], 500);
    expect_counts_are_rows(id);
}

TEST_F(RetrySlices, APausedCampaignIsQueuedOnAndSendsNothing) {
    const auto id = ended(slice + 500);
    ASSERT_TRUE(retry(id, {rejected}));
    ASSERT_TRUE(change(id, CampaignEvent::pause, asked));
    EXPECT_EQ(sweep_all(), 1);
    EXPECT_EQ(get(id).state, CampaignState::paused);
    EXPECT_EQ(get(id).counts[queued], slice + 500);
    EXPECT_TRUE(claim(1).empty());
    expect_counts_are_rows(id);
    ASSERT_TRUE(change(id, CampaignEvent::resume, asked));
    EXPECT_EQ(claim(3).size(), 3u);
}

TEST_F(RetrySlices, AnotherOneIsForOtherStatesToo) {
    const auto id = ended(2 * slice + 1'000, "CASE position % 2 WHEN 0 THEN 'rejected' ELSE 'unknown' END");
    ASSERT_TRUE(retry(id, {rejected}));
    EXPECT_EQ(retry(id, {unknown})->campaign.counts[queued], 2 * slice);
    EXPECT_EQ(last_entry(id).record.details.at("recipient_count"), AuditValue(std::int64_t{slice + 500}));
    EXPECT_EQ(sweep_all(), 1);
    EXPECT_EQ(get(id).counts[queued], 2 * slice + 1'000);
    expect_counts_are_rows(id);
}

TEST_F(RetrySlices, AnotherOneIsForThoseThatEndedAgainAndQueuesNobodyTwice) {
    const auto id = ended(2 * slice + 500);
    ASSERT_TRUE(retry(id, {rejected}));
    ASSERT_TRUE(settle(sent("a", asked), DeliveryEvent::reject, "again", asked));
    ASSERT_TRUE(retry(id, {rejected}));
    EXPECT_EQ(row(id, 0).state, queued);
    ASSERT_TRUE(settle(sent("a", asked), DeliveryEvent::reject, "again", asked));
    EXPECT_EQ(sweep_all(), 1);
    EXPECT_EQ(row(id, 0).state, rejected);
    EXPECT_EQ(get(id).counts[queued], 2 * slice + 499);
    expect_counts_are_rows(id);
}

TEST_F(RetrySlices, ARetryAndTheEndOfAnotherCampaignBothComeToTheirEnd) {
    const auto ending = campaign(slice + 500);
    const auto id = ended(slice + 500);
    ASSERT_TRUE(change(ending, CampaignEvent::cancel, asked));
    ASSERT_TRUE(retry(id, {rejected}));
    sweep_all();
    EXPECT_EQ(get(ending).counts[cancelled], slice + 500);
    EXPECT_EQ(get(id).counts[queued], slice + 500);
    expect_counts_are_rows(ending);
    expect_counts_are_rows(id);
}

}  // namespace
}  // namespace herald::test
