// One delivery with its history, and resolutions, on a real database.

#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;
using Outcome = AttemptRecord::Outcome;

class DeliveryRecordsTest : public StoreTest {
 public:
    static constexpr WallTime later = start + 1h;

    Result<DeliveryDetails> details(std::int64_t number, const WorkspaceId& in = workspace) {
        return run(store->records().get(in, number));
    }
    Result<ResolvedDelivery> resolve(std::int64_t number, Resolution outcome, Idempotency idempotency = {},
                                     const WorkspaceId& in = workspace) {
        return run(store->records().resolve(caller(in), {number, outcome, "looked into Intercom", later},
                                            std::move(idempotency),
                                            [](const DeliveryDetails& d) { return d.record.ref.value; }));
    }
    // The only row of a campaign, in `unknown`.
    std::int64_t lost(const CampaignId& id, const std::string& contact = "a") {
        EXPECT_TRUE(settle(sent(contact), DeliveryEvent::lose, "ambiguous"));
        return row(id).number;
    }
};

TEST_F(DeliveryRecordsTest, ShowEveryAttemptInItsOrder) {
    const auto id = campaign(1);
    Settlement busy{.claim = sent("a"), .event = DeliveryEvent::withdraw, .detail = "429", .request_id = "r1"};
    busy.at = start + 1s;
    ASSERT_TRUE(run(deliveries().settle(busy)).value());
    Settlement lost{.claim = sent("a"), .event = DeliveryEvent::lose, .reason = "ambiguous", .request_id = "r2"};
    lost.at = start + 2s;
    ASSERT_TRUE(run(deliveries().settle(lost)).value());
    ASSERT_TRUE(run(campaigns().retry(caller(), id, {DeliveryState::unknown}, start + 3s, {})));
    Settlement good{.claim = sent("a"), .event = DeliveryEvent::accept, .message_id = "m1", .request_id = "r3"};
    good.at = start + 4s;
    ASSERT_TRUE(run(deliveries().settle(good)).value());

    const auto seen = details(row(id).number).value();
    EXPECT_EQ(seen.record, row(id));
    EXPECT_EQ(seen.record.campaign, id);
    EXPECT_EQ(seen.attempts, (std::vector<AttemptRecord>{{Outcome::not_executed, start + 1s, "", "429", "", "r1"},
                                                         {Outcome::unknown, start + 2s, "ambiguous", "", "", "r2"},
                                                         {Outcome::accepted, start + 4s, "", "", "m1", "r3"}}));
    EXPECT_EQ(seen.attempts_total, 3);
    EXPECT_TRUE(seen.resolutions.empty());
}

TEST_F(DeliveryRecordsTest, ListTheLastAttemptsOnly) {
    const auto id = campaign(1);
    for (int i = 0; i < 120; ++i) {
        Settlement busy{.claim = sent("a"), .event = DeliveryEvent::withdraw, .charge = false, .throttled = true};
        busy.at = start + milliseconds(i);
        ASSERT_TRUE(run(deliveries().settle(busy)).value());
    }
    const auto seen = details(row(id).number).value();
    EXPECT_EQ(seen.attempts_total, 120);
    ASSERT_EQ(seen.attempts.size(), most_attempts_listed);
    EXPECT_EQ(seen.attempts.front().at, start + 20ms);
    EXPECT_EQ(seen.attempts.back().at, start + 119ms);
}

TEST_F(DeliveryRecordsTest, BelongToTheirWorkspace) {
    const auto number = row(campaign(1)).number;
    EXPECT_EQ(details(number, {"other"}).error().code, Errc::not_found);
    EXPECT_EQ(details(number + 1).error().code, Errc::not_found);
    EXPECT_EQ(resolve(number, Resolution::accepted, {}, {"other"}).error().code, Errc::not_found);
    EXPECT_EQ(resolve(number + 1, Resolution::accepted).error().code, Errc::not_found);
}

TEST_F(DeliveryRecordsTest, ResolvedAsAcceptedIsNoLossAnyMore) {
    const auto id = campaign(2);
    ASSERT_TRUE(settle(sent("b"), DeliveryEvent::accept));
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::lose, "ambiguous"));
    ASSERT_EQ(get(id).state, CampaignState::completed_with_losses);
    changed.clear();

    const auto seen = resolve(row(id, 1).number, Resolution::accepted).value().details;
    EXPECT_EQ(seen, details(row(id, 1).number).value());
    EXPECT_EQ(seen.record.state, DeliveryState::accepted);
    EXPECT_EQ(seen.record.reason, "");
    EXPECT_EQ(seen.record.message_id, "");
    EXPECT_EQ(seen.record.updated_at, later);
    EXPECT_EQ(seen.attempts.size(), 1u);
    EXPECT_EQ(seen.attempts.front().outcome, Outcome::unknown);  // what happened is not rewritten
    EXPECT_EQ(seen.resolutions,
              (std::vector<ResolutionRecord>{{Resolution::accepted, later, "crm", "looked into Intercom"}}));
    EXPECT_EQ(get(id).state, CampaignState::completed);
    EXPECT_EQ(get(id).counts[DeliveryState::accepted], 2);
    EXPECT_EQ(get(id).events.queued, 1);  // of the resolved one: the fixture's accept tracks none
    EXPECT_EQ(raw_integer("SELECT created_at FROM tracked_events"), start.time_since_epoch().count());
    expect_counts_are_rows(id);
    EXPECT_EQ(changed, std::vector{id});
}

TEST_F(DeliveryRecordsTest, ResolvedAsNotSentIsRejectedAndOnlyARetrySendsAgain) {
    const auto id = campaign(1);
    const auto number = lost(id);
    const auto seen = resolve(number, Resolution::not_sent).value().details;
    EXPECT_EQ(seen.record.state, DeliveryState::rejected);
    EXPECT_EQ(seen.record.reason, resolved_reason);
    EXPECT_EQ(get(id).state, CampaignState::completed_with_losses);
    EXPECT_EQ(get(id).events.queued, 0);
    expect_counts_are_rows(id);
    EXPECT_TRUE(claim(1).empty());
    restart();
    EXPECT_TRUE(claim(1).empty());

    ASSERT_TRUE(run(campaigns().retry(caller(), id, {DeliveryState::rejected}, later, {})));
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::lose, "ambiguous"));
    ASSERT_TRUE(resolve(number, Resolution::accepted));
    EXPECT_EQ(details(number).value().resolutions.size(), 2u);
    EXPECT_EQ(get(id).state, CampaignState::completed);
    expect_counts_are_rows(id);
}

TEST_F(DeliveryRecordsTest, AResolutionLeavesAnAuditEntry) {
    const auto id = campaign(1);
    const auto number = lost(id);
    ASSERT_TRUE(resolve(number, Resolution::accepted));
    EXPECT_FALSE(resolve(number, Resolution::accepted));
    AuditQuery query;
    query.resource = "delivery:" + number_id("dlv", number);
    query.limit = 10;
    const auto entries = run(store->audit().list(workspace, query)).value();
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_EQ(entries[0].record.action, "delivery_resolved");
    EXPECT_EQ(entries[0].actor, "crm");
    EXPECT_EQ(entries[0].at, later);
    EXPECT_EQ(entries[0].record.details, (AuditDetails{{"campaign_id", id.value},
                                                       {"outcome", std::string("accepted")},
                                                       {"state_before", std::string("unknown")},
                                                       {"state_after", std::string("accepted")}}));
}

TEST_F(DeliveryRecordsTest, ALateAnswerComesTooLateForAResolvedDelivery) {
    const auto id = campaign(1);
    const auto held = sent("a");
    ASSERT_TRUE(settle(held, DeliveryEvent::lose, "ambiguous"));
    ASSERT_TRUE(resolve(row(id).number, Resolution::not_sent));
    EXPECT_FALSE(settle(held, DeliveryEvent::accept));
    EXPECT_EQ(row(id).reason, resolved_reason);
}

TEST_F(DeliveryRecordsTest, OfARunningOrCancelledCampaignCanBeResolvedToo) {
    const auto id = campaign(2);
    const auto number = lost(id);
    ASSERT_TRUE(resolve(number, Resolution::accepted));
    EXPECT_EQ(get(id).state, CampaignState::running);
    ASSERT_TRUE(settle(sent("b"), DeliveryEvent::lose, "ambiguous"));
    const auto other = campaign(2);
    const auto second = lost(other, "c");
    ASSERT_TRUE(change(other, CampaignEvent::cancel));
    ASSERT_TRUE(resolve(second, Resolution::not_sent));
    EXPECT_EQ(get(other).state, CampaignState::cancelled);
    expect_counts_are_rows(id);
    expect_counts_are_rows(other);
}

TEST_F(DeliveryRecordsTest, ResolvedOnceForItsKey) {
    const auto id = campaign(1);
    const auto number = lost(id);
    const Idempotency key{"resolve", "k", "h", {}, later + 24h};
    EXPECT_EQ(resolve(number, Resolution::not_sent, key)->replay, std::nullopt);
    EXPECT_EQ(resolve(number, Resolution::not_sent, key)->replay, "client_0");
    EXPECT_EQ(resolve(number, Resolution::not_sent, {"resolve", "k", "other", {}, later}).error().code,
              Errc::key_reused);
    EXPECT_EQ(resolve(number, Resolution::accepted).error().code, Errc::conflict);
    EXPECT_EQ(details(number).value().resolutions.size(), 1u);
}

}  // namespace
}  // namespace herald::test
