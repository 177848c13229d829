// Retries on a real database.

#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class Retry : public StoreTest {
 public:
    Result<Written> retry(const CampaignId& id, std::vector<DeliveryState> states, Idempotency idempotency = {}) {
        return run(campaigns().retry(caller(), id, std::move(states), start + 1h, std::move(idempotency)));
    }
    void skip(const std::string& reason, std::optional<ContactId> contact = {}) {
        const auto row = claim(1).at(0).claim;
        ASSERT_TRUE(run(deliveries().plan({{row, DeliveryEvent::skip, std::move(contact), reason, {}}}, start)));
    }
    std::int64_t reasons(const CampaignId& id) {
        return static_cast<std::int64_t>(run(campaigns().reasons(workspace, id)).value().size());
    }
};

TEST_F(Retry, QueuesTheStatesAskedForAsIfNeverTried) {
    const auto id = campaign(4);
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::accept));
    ASSERT_TRUE(settle(sent("b"), DeliveryEvent::reject, "content_rejected"));
    ASSERT_TRUE(settle(sent("c"), DeliveryEvent::lose, "ambiguous"));
    skip("not_found");
    ASSERT_EQ(get(id).state, CampaignState::completed_with_losses);
    const auto version = get(id).version;

    const auto after = retry(id, {DeliveryState::rejected, DeliveryState::skipped}).value().campaign;
    EXPECT_EQ(after.state, CampaignState::running);
    EXPECT_EQ(after.finished_at, std::nullopt);
    EXPECT_EQ(after.version, version + 1);
    EXPECT_EQ(after.counts[DeliveryState::queued], 2);
    EXPECT_EQ(after.counts[DeliveryState::unknown], 1);
    EXPECT_EQ(after, get(id));
    expect_counts_are_rows(id);
    EXPECT_EQ(reasons(id), 1);  // of the unknown one

    const auto again = row(id, 1);
    EXPECT_EQ(again.reason, "");
    EXPECT_EQ(again.attempts, 0);
    EXPECT_EQ(again.contact, std::nullopt);
    EXPECT_EQ(again.updated_at, start + 1h);
    const auto rows = claim(10);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[1].lookups, 0);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM attempts"), 2);  // what was tried stays on record
}

TEST_F(Retry, CompletesAgainWhenTheLastOneHasAnOutcome) {
    const auto id = campaign(1);
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::reject, "why"));
    ASSERT_TRUE(retry(id, {DeliveryState::rejected}));
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::accept, {}, start + 2h));
    EXPECT_EQ(get(id).state, CampaignState::completed);
    EXPECT_EQ(get(id).finished_at, start + 2h);
    expect_counts_are_rows(id);
    EXPECT_EQ(reasons(id), 0);
}

TEST_F(Retry, ResumesAPausedCampaign) {
    const auto id = campaign(2);
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::reject, "why"));
    ASSERT_TRUE(change(id, CampaignEvent::pause));
    const auto after = retry(id, {DeliveryState::rejected}).value().campaign;
    EXPECT_EQ(after.state, CampaignState::running);
    EXPECT_EQ(after.paused_for, std::nullopt);
    EXPECT_EQ(after.counts[DeliveryState::queued], 2);
}

TEST_F(Retry, WithoutAnybodyToSendToChangesNothing) {
    const auto id = campaign(1);
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::accept));
    const auto before = get(id);
    EXPECT_EQ(retry(id, {DeliveryState::rejected, DeliveryState::unknown, DeliveryState::skipped})->campaign, before);
    EXPECT_EQ(get(id), before);
}

TEST_F(Retry, ALateAnswerOfTheAttemptBeforeIsTooLate) {
    const auto id = campaign(1);
    const auto lost = sent("a");
    ASSERT_TRUE(settle(lost, DeliveryEvent::lose, "ambiguous"));
    ASSERT_TRUE(retry(id, {DeliveryState::unknown}));
    EXPECT_FALSE(settle(lost, DeliveryEvent::accept));
    const auto second = sent("a");
    EXPECT_FALSE(settle(lost, DeliveryEvent::accept));
    EXPECT_TRUE(settle(second, DeliveryEvent::accept));
    expect_counts_are_rows(id);
}

TEST_F(Retry, ADuplicateIsStillOneMessage) {
    const auto id = campaign(2);
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::accept));
    skip("whatever", ContactId{"a"});
    ASSERT_EQ(row(id, 1).reason, "duplicate");
    ASSERT_TRUE(retry(id, {DeliveryState::skipped}));
    const auto again = claim(1).at(0).claim;
    EXPECT_TRUE(run(deliveries().plan({{again, DeliveryEvent::intend, ContactId{"a"}, {}, {}}}, start))->empty());
    EXPECT_EQ(row(id, 1).reason, "duplicate");
    EXPECT_EQ(get(id).state, CampaignState::completed);
    expect_counts_are_rows(id);
}

TEST_F(Retry, OnlyARetryQueuesWhatIsUnknown) {
    const auto id = campaign(1);
    const auto lost = sent("a");
    ASSERT_TRUE(settle(lost, DeliveryEvent::lose, "ambiguous"));
    EXPECT_FALSE(settle(lost, DeliveryEvent::requeue));
    EXPECT_FALSE(settle(lost, DeliveryEvent::withdraw));
    restart();
    EXPECT_EQ(row(id).state, DeliveryState::unknown);
    EXPECT_EQ(change(id, CampaignEvent::retry).error().code, Errc::invalid_argument);
}

TEST_F(Retry, FollowsTheStatesOfTheCampaignAndItsWorkspace) {
    const auto draft = campaign(1, false);
    EXPECT_EQ(retry(draft, {DeliveryState::skipped}).error().code, Errc::conflict);
    ASSERT_TRUE(change(draft, CampaignEvent::cancel));
    EXPECT_EQ(retry(draft, {DeliveryState::skipped}).error().code, Errc::conflict);
    EXPECT_EQ(retry(campaign(1, true, {"other"}), {DeliveryState::skipped}).error().code, Errc::not_found);
}

TEST_F(Retry, IsExecutedOnceForItsKey) {
    const auto id = campaign(1);
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::reject, "why"));
    const Idempotency key{"retry", "k", "h", [](const Campaign& c, bool /*existed*/) { return c.id.value; },
                          start + 24h};
    EXPECT_EQ(retry(id, {DeliveryState::rejected}, key)->replay, std::nullopt);
    ASSERT_TRUE(settle(sent("a"), DeliveryEvent::reject, "why"));
    EXPECT_EQ(retry(id, {DeliveryState::rejected}, key)->replay, id.value);
    EXPECT_EQ(get(id).counts[DeliveryState::rejected], 1);
}

}  // namespace
}  // namespace herald::test
