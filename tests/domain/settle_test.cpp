#include "domain/delivery/settle.hpp"

#include <gtest/gtest.h>

#include "domain/ports/send_gate.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;

constexpr std::array all_errors{
    Errc::invalid_argument,     Errc::not_found,         Errc::conflict,          Errc::key_reused,
    Errc::contact_not_found,    Errc::contact_merged,    Errc::unsubscribed,      Errc::content_rejected,
    Errc::credential,           Errc::rate_limited,      Errc::not_executed,      Errc::outcome_unknown,
    Errc::upstream_unavailable, Errc::deadline_exceeded, Errc::store_unavailable, Errc::shutting_down};

struct SettlementTest : testing::Test {
    WallTime now{1'800'000'000s};
    ClaimedDelivery delivery;

    SettlementTest() {
        delivery.claim = {7, 3};
        delivery.campaign = {"cmp_1"};
    }
    Settlement of(const Result<Receipt>& outcome, double chance = 0.0) const {
        return settlement_of(delivery, outcome, Channel::email, true, now, chance);
    }
    Settlement of(Errc code) const {
        Error error;
        error.code = code;
        return of(error);
    }
    static Error error(Errc code, std::string detail, std::string upstream_code = {}) {
        return {code, std::move(detail), {}, std::move(upstream_code), "req_9", {}};
    }
};

TEST_F(SettlementTest, AReceiptIsAcceptedWithItsIds) {
    const auto s = of(Receipt{"msg_1", "req_1"});
    EXPECT_EQ(s.event, DeliveryEvent::accept);
    EXPECT_EQ(s.message_id, "msg_1");
    EXPECT_EQ(s.request_id, "req_1");
    EXPECT_EQ(s.reason, "");
}

TEST_F(SettlementTest, OnlyAnAcceptedEmailOfACampaignThatWantsItTracksTheEvent) {
    const Receipt receipt{"m", "r"};
    EXPECT_TRUE(settlement_of(delivery, receipt, Channel::email, true, now, 0).track_event);
    EXPECT_FALSE(settlement_of(delivery, receipt, Channel::email, false, now, 0).track_event);
    EXPECT_FALSE(settlement_of(delivery, receipt, Channel::in_app, true, now, 0).track_event);
    for (const auto code : all_errors) EXPECT_FALSE(of(code).track_event) << name(code);
}

TEST_F(SettlementTest, AlwaysNamesTheClaimAndTheTimeAndEndsTheFlightByALegalEvent) {
    EXPECT_EQ(of(Receipt{"m", "r"}).claim, delivery.claim);
    for (const auto code : all_errors) {
        const auto s = of(error(code, "why"));
        EXPECT_EQ(s.claim, delivery.claim) << name(code);
        EXPECT_EQ(s.at, now) << name(code);
        EXPECT_EQ(s.detail, "why") << name(code);
        EXPECT_EQ(s.request_id, "req_9") << name(code);
        EXPECT_TRUE(next_state(DeliveryState::inflight, s.event)) << name(code);
        EXPECT_NE(s.event, DeliveryEvent::accept) << name(code);
    }
}

TEST_F(SettlementTest, AnUnsubscribedPersonIsRefused) {
    const auto s = of(Errc::unsubscribed);
    EXPECT_EQ(s.event, DeliveryEvent::refuse);
    EXPECT_EQ(s.reason, "unsubscribed");
}

TEST_F(SettlementTest, RefusedContentIsRejectedForIntercomsReasonOrItsName) {
    const auto named = of(error(Errc::content_rejected, "Body is required", "parameter_invalid"));
    EXPECT_EQ(named.event, DeliveryEvent::reject);
    EXPECT_EQ(named.reason, "parameter_invalid");
    EXPECT_EQ(of(Errc::content_rejected).reason, "content_rejected");
}

TEST_F(SettlementTest, AnUnknownOrMergedContactIsLookedUpAgainOnceThenRejected) {
    for (const auto code : {Errc::contact_not_found, Errc::contact_merged}) {
        delivery.lookups = 0;
        const auto first = of(code);
        EXPECT_EQ(first.event, DeliveryEvent::withdraw);
        EXPECT_TRUE(first.forget_contact);
        EXPECT_TRUE(first.charge) << "or it would go round for ever";
        EXPECT_EQ(first.not_before, std::nullopt);
        delivery.lookups = 1;
        const auto second = of(code);
        EXPECT_EQ(second.event, DeliveryEvent::reject);
        EXPECT_EQ(second.reason, "contact_not_found");
        EXPECT_FALSE(second.forget_contact);
    }
}

TEST_F(SettlementTest, AContactThatWasJustCreatedMayNotBeFoundForTwoMinutes) {
    delivery.contact_born = now - 119s;
    for (const auto& [attempts, wait] : {std::pair{0, 5s}, std::pair{1, 15s}, std::pair{2, 45s}}) {
        delivery.attempts = attempts;
        const auto s = of(Errc::contact_not_found);
        EXPECT_EQ(s.event, DeliveryEvent::withdraw);
        EXPECT_EQ(s.not_before, now + wait);
        EXPECT_TRUE(s.charge);
        EXPECT_FALSE(s.forget_contact);
    }
    delivery.attempts = 3;
    EXPECT_TRUE(of(Errc::contact_not_found).forget_contact) << "three waits, then it counts as wrong";
    delivery.attempts = 0;
    EXPECT_TRUE(of(Errc::contact_merged).forget_contact) << "a merged one is not too new";
    delivery.contact_born = now - 120s;
    EXPECT_TRUE(of(Errc::contact_not_found).forget_contact) << "no longer new";
}

TEST_F(SettlementTest, WhatNeverReachedIntercomIsTriedAgainAfterOneTwoAndFourSeconds) {
    for (const auto& [attempts, wait] : {std::pair{0, 1s}, std::pair{1, 2s}, std::pair{2, 4s}}) {
        delivery.attempts = attempts;
        const auto s = of(Errc::not_executed);
        EXPECT_EQ(s.event, DeliveryEvent::withdraw);
        EXPECT_EQ(s.not_before, now + wait);
        EXPECT_TRUE(s.charge);
        EXPECT_FALSE(s.forget_contact);
    }
    delivery.attempts = 3;
    const auto fourth = of(Errc::not_executed);
    EXPECT_EQ(fourth.event, DeliveryEvent::reject);
    EXPECT_EQ(fourth.reason, "not_executed");
    EXPECT_EQ(fourth.not_before, std::nullopt);
}

TEST_F(SettlementTest, ThatWaitIsStretchedByChanceAndNeverShorterThanAsked) {
    delivery.attempts = 2;
    EXPECT_EQ(of(error(Errc::not_executed, ""), 0.5).not_before, now + 4'500ms);
    auto asked = error(Errc::not_executed, "");
    asked.retry_after = 4'499ms;
    EXPECT_EQ(of(asked, 0.5).not_before, now + 4'500ms);
    asked.retry_after = 120s;
    EXPECT_EQ(of(asked, 0.5).not_before, now + 120s);
}

TEST_F(SettlementTest, AThrottledSendIsNotChargedAndRestsTenMinutesAfterTwenty) {
    delivery.attempts = 3;
    delivery.throttled = 18;
    const auto nineteenth = of(Errc::rate_limited);
    EXPECT_EQ(nineteenth.event, DeliveryEvent::withdraw);
    EXPECT_FALSE(nineteenth.charge);
    EXPECT_TRUE(nineteenth.throttled);
    EXPECT_EQ(nineteenth.not_before, std::nullopt);
    delivery.throttled = 19;
    const auto twentieth = of(Errc::rate_limited);
    EXPECT_EQ(twentieth.event, DeliveryEvent::withdraw);
    EXPECT_FALSE(twentieth.charge);
    EXPECT_TRUE(twentieth.throttled);
    EXPECT_EQ(twentieth.not_before, now + 10min);
}

TEST_F(SettlementTest, ACredentialThatFailsCostsTheRowNothing) {
    delivery.attempts = 3;
    const auto s = of(Errc::credential);
    EXPECT_EQ(s.event, DeliveryEvent::withdraw);
    EXPECT_FALSE(s.charge);
    EXPECT_EQ(s.not_before, now + 1s) << "in case it is about this person: others go first";
    EXPECT_TRUE(s.throttled);
}

TEST_F(SettlementTest, APersonWhoIsRefusedLikeACredentialRestsLongerEachTimeAndIsGivenUpInTheEnd) {
    const std::vector<milliseconds> rests{1s, 4s, 16s, 64s, 256s, 1024s, 3600s};
    for (const auto rest : rests) {
        const auto s = of(error(Errc::credential, "no", "action_forbidden"));
        EXPECT_EQ(s.event, DeliveryEvent::withdraw);
        EXPECT_EQ(s.not_before, now + rest);
        ++delivery.throttled;
    }
    const auto last = of(error(Errc::credential, "no", "action_forbidden"));
    EXPECT_EQ(last.event, DeliveryEvent::reject);
    EXPECT_EQ(last.reason, "action_forbidden");
}

TEST_F(SettlementTest, WhatWeRefusedOurselvesCostsTheRowNothing) {
    delivery.attempts = 3;
    for (const auto code : {Errc::upstream_unavailable, Errc::deadline_exceeded, Errc::shutting_down}) {
        const auto s = of(code);
        EXPECT_EQ(s.event, DeliveryEvent::withdraw) << name(code);
        EXPECT_FALSE(s.charge) << name(code);
        EXPECT_FALSE(s.throttled) << name(code);
        EXPECT_EQ(s.not_before, std::nullopt) << name(code);
    }
}

TEST_F(SettlementTest, AnUnknownOutcomeIsLostAndNeverSentAgain) {
    for (const std::int64_t attempts : {0, 1, 3}) {
        delivery.attempts = attempts;
        const auto s = of(Errc::outcome_unknown);
        EXPECT_EQ(s.event, DeliveryEvent::lose);
        EXPECT_EQ(s.reason, "ambiguous");
    }
}

TEST_F(SettlementTest, AnErrorThatNoMessengerPromisesIsLostUnderItsName) {
    for (const auto code :
         {Errc::invalid_argument, Errc::not_found, Errc::conflict, Errc::key_reused, Errc::store_unavailable}) {
        EXPECT_EQ(of(code).event, DeliveryEvent::lose) << name(code);
        EXPECT_EQ(of(code).reason, name(code));
    }
}

// What goes back to the queue is sent again, so it needs the proof that Intercom did not execute it.
TEST_F(SettlementTest, OnlyErrorsThatProveNothingWasExecutedAreWithdrawn) {
    for (const auto code : all_errors) {
        const bool proof = code == Errc::contact_not_found || code == Errc::contact_merged ||
                           code == Errc::credential || code == Errc::rate_limited || code == Errc::not_executed ||
                           code == Errc::upstream_unavailable || code == Errc::deadline_exceeded ||
                           code == Errc::shutting_down;
        EXPECT_EQ(of(code).event == DeliveryEvent::withdraw, proof) << name(code);
    }
}

TEST(VerdictOfAnError, FollowsTheTableOfTheBreaker) {
    const auto verdict = [](Errc code) {
        Error error;
        error.code = code;
        return judge(error);
    };
    for (const auto code : all_errors) {
        const bool failure = code == Errc::not_executed || code == Errc::outcome_unknown;
        const bool success = code == Errc::contact_not_found || code == Errc::contact_merged ||
                             code == Errc::unsubscribed || code == Errc::content_rejected;
        const auto expected = failure ? Verdict::failure : success ? Verdict::success : Verdict::neutral;
        EXPECT_EQ(verdict(code), expected) << name(code);
    }
}

}  // namespace
}  // namespace herald
