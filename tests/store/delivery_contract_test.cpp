// What the sending loop relies on, of the store on disk and of the one in memory that stands in for it in the loop's
// own tests.

#include <algorithm>

#include <fmt/format.h>

#include "tests/store/store_fixture.hpp"
#include "tests/support/in_memory_store.hpp"
#include "tests/support/manual_clock.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class OnDisk : public StoreTest {
 public:
    CampaignId add(int count, std::optional<std::int64_t> pace = {}) {
        auto campaign = draft(fmt::format("cmp_{:04}", ++added_));
        campaign.max_per_minute = pace;
        const auto id = campaign.id;
        EXPECT_TRUE(run(campaigns().create(caller(), std::move(campaign), StoreTest::people(count), true, "hash", {})));
        return id;
    }
    DeliveryState state_of(const CampaignId& id, std::int64_t position) { return row(id, position).state; }

 private:
    int added_{};
};

class InMemory : public testing::Test {
 public:
    CampaignId add(int count, std::optional<std::int64_t> pace = {}) {
        auto campaign = StoreTest::draft(fmt::format("cmp_{:04}", store_.campaigns.size() + 1));
        campaign.state = CampaignState::running;
        campaign.max_per_minute = pace;
        const auto id = campaign.id;
        store_.add(std::move(campaign), StoreTest::people(count));
        return id;
    }
    DeliveryState state_of(const CampaignId& id, std::int64_t position) {
        for (const auto& row : store_.rows)
            if (row.campaign == id && position-- == 0) return row.state;
        return {};
    }
    DeliveryStore& deliveries() { return store_; }
    CampaignStore& campaigns() { return store_; }
    template <class T>
    T run(Task<T> task) {
        auto started = test::start(io_, std::move(task));
        return std::move(started.get());
    }

 private:
    boost::asio::io_context io_{1};
    ManualClock clock_{io_};
    InMemoryStore store_{clock_};
};

template <class Store>
class DeliveryContract : public Store {
 protected:
    using Rows = std::vector<ClaimedDelivery>;

    Rows take(std::size_t limit, Holdings held = {}, WallTime now = StoreTest::start) {
        return this->run(this->deliveries().claim(StoreTest::workspace, limit, std::move(held), now)).value();
    }
    static std::int64_t of(const Rows& rows, const CampaignId& id) {
        return std::ranges::count(rows, id, &ClaimedDelivery::campaign);
    }
    std::vector<Claim> plan(PlannedDelivery plan) {
        return this->run(this->deliveries().plan({std::move(plan)}, StoreTest::start)).value();
    }
    std::vector<Claim> plan_for(const Claim& claim, const std::string& contact) {
        return plan({claim, DeliveryEvent::intend, ContactId{contact}, {}, {}});
    }
    bool begin(const Claim& claim) { return this->run(this->deliveries().intend(claim, StoreTest::start)).value(); }
    // One row on the wire.
    Claim sent() {
        const auto claim = take(1).at(0).claim;
        plan_for(claim, "x");
        EXPECT_TRUE(begin(claim));
        return claim;
    }
    bool end(const Claim& claim, DeliveryEvent event, std::optional<WallTime> not_before = {}) {
        Settlement settlement;
        settlement.claim = claim;
        settlement.event = event;
        settlement.not_before = not_before;
        settlement.at = StoreTest::start;
        return this->run(this->deliveries().settle(std::move(settlement))).value();
    }
    void happens(const CampaignId& id, CampaignEvent event) {
        EXPECT_TRUE(this->run(this->campaigns().change(machine(StoreTest::workspace), id, event,
                                                       PauseReason::operator_request, StoreTest::start, {})));
    }
};

using Stores = testing::Types<OnDisk, InMemory>;
TYPED_TEST_SUITE(DeliveryContract, Stores);

TYPED_TEST(DeliveryContract, ClaimsInTheOrderOfPositions) {
    const auto id = this->add(5);
    const auto rows = this->take(3);
    ASSERT_EQ(rows.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(rows[i].ref.value, fmt::format("client_{}", i));
    EXPECT_EQ(rows[0].variables, (Variables{{"first_name", "Ann 0"}}));
    EXPECT_EQ(this->state_of(id, 2), DeliveryState::queued) << "a claim is in memory only";
    EXPECT_EQ(this->take(9).size(), 2u);
    EXPECT_TRUE(this->take(9).empty());
}

TYPED_TEST(DeliveryContract, SharesClaimsEquallyAndInTurns) {
    const auto big = this->add(100);
    const auto small = this->add(3);
    const auto other = this->add(100);
    const auto rows = this->take(31);
    EXPECT_EQ(this->of(rows, small), 3);
    EXPECT_EQ(this->of(rows, big), 14);
    EXPECT_EQ(this->of(rows, other), 14);
    EXPECT_NE(rows.at(0).campaign, rows.at(1).campaign);
}

TYPED_TEST(DeliveryContract, GivesFirstToThoseWhoHoldTheFewest) {
    const auto a = this->add(100);
    const auto b = this->add(100);
    const auto rows = this->take(24, {{a, 30}, {b, 10}});
    EXPECT_EQ(this->of(rows, a), 2);
    EXPECT_EQ(this->of(rows, b), 22);
}

TYPED_TEST(DeliveryContract, GivesEveryCampaignARowBeforeAnyGetsAThird) {
    std::vector<CampaignId> ids;
    for (int i = 0; i < 20; ++i) ids.push_back(this->add(5));
    const auto rows = this->take(30);
    for (const auto& id : ids) {
        EXPECT_GE(this->of(rows, id), 1);
        EXPECT_LE(this->of(rows, id), 2);
    }
}

TYPED_TEST(DeliveryContract, GivesAPacedCampaignTwoSecondsWorthAndTheRestToOthers) {
    const auto paced = this->add(100, 61);
    EXPECT_EQ(this->take(50).size(), 3u);
    EXPECT_TRUE(this->take(50, {{paced, 3}}).empty());
    const auto rows = this->take(1, {{paced, 2}});
    EXPECT_EQ(rows.at(0).max_per_minute, 61);
    const auto other = this->add(100);
    EXPECT_EQ(this->of(this->take(50, {{paced, 2}}), other), 49);
}

TYPED_TEST(DeliveryContract, ClaimsNothingOfAnotherWorkspaceOrOfACampaignThatDoesNotRun) {
    const auto id = this->add(5);
    EXPECT_TRUE(this->run(this->deliveries().claim({"other"}, 5, {}, StoreTest::start)).value().empty());
    this->happens(id, CampaignEvent::pause);
    EXPECT_TRUE(this->take(5).empty());
}

TYPED_TEST(DeliveryContract, ADeferredRowComesBackFirstWhenItIsDue) {
    const auto id = this->add(3);
    const auto claim = this->take(1).at(0).claim;
    EXPECT_TRUE(this->plan({claim, DeliveryEvent::defer, {}, {}, StoreTest::start + 1min}).empty());
    EXPECT_EQ(this->state_of(id, 0), DeliveryState::deferred);
    EXPECT_EQ(this->take(1).at(0).ref.value, "client_1");
    const auto rows = this->take(2, {}, StoreTest::start + 1min);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].ref.value, "client_0");
    EXPECT_EQ(rows[0].lookups, 1);
}

TYPED_TEST(DeliveryContract, PlansSkipOrMakeReadyAndOnlyTheHolderMayPlan) {
    const auto id = this->add(2);
    const auto rows = this->take(2);
    EXPECT_EQ(this->plan_for(rows[0].claim, "x"), std::vector{rows[0].claim});
    EXPECT_TRUE(this->plan({rows[1].claim, DeliveryEvent::skip, ContactId{"y"}, "unsubscribed", {}}).empty());
    EXPECT_EQ(this->state_of(id, 1), DeliveryState::skipped);
    auto stale = rows[0].claim;
    --stale.claim;
    EXPECT_TRUE(this->plan_for(stale, "x").empty());
}

TYPED_TEST(DeliveryContract, ASecondRowOfAPersonIsSkippedAsADuplicate) {
    const auto id = this->add(2);
    const auto rows = this->take(2);
    EXPECT_EQ(this->plan_for(rows[0].claim, "x").size(), 1u);
    EXPECT_TRUE(this->plan_for(rows[1].claim, "x").empty());
    EXPECT_EQ(this->state_of(id, 1), DeliveryState::skipped);
}

TYPED_TEST(DeliveryContract, AnIntentIsGivenOnceToTheHolderOfARunningCampaign) {
    const auto id = this->add(2);
    const auto rows = this->take(2);
    this->plan_for(rows[0].claim, "x");
    this->plan_for(rows[1].claim, "y");
    EXPECT_TRUE(this->begin(rows[0].claim));
    EXPECT_FALSE(this->begin(rows[0].claim));
    this->happens(id, CampaignEvent::pause);
    EXPECT_EQ(this->state_of(id, 0), DeliveryState::inflight);
    EXPECT_EQ(this->state_of(id, 1), DeliveryState::queued) << "a pause takes claims back";
    EXPECT_FALSE(this->begin(rows[1].claim));
    this->happens(id, CampaignEvent::resume);
    EXPECT_FALSE(this->begin(rows[1].claim)) << "also after a resume";
    EXPECT_EQ(this->take(2).size(), 1u);
}

TYPED_TEST(DeliveryContract, AnOutcomeIsStoredOnce) {
    const auto id = this->add(1);
    const auto claim = this->sent();
    EXPECT_TRUE(this->end(claim, DeliveryEvent::accept));
    EXPECT_EQ(this->state_of(id, 0), DeliveryState::accepted);
    EXPECT_FALSE(this->end(claim, DeliveryEvent::accept));
    EXPECT_FALSE(this->end(claim, DeliveryEvent::lose));
    EXPECT_EQ(this->state_of(id, 0), DeliveryState::accepted);
}

TYPED_TEST(DeliveryContract, WhatWasWithdrawnIsClaimedAgainWhenItsTimeHasCome) {
    const auto id = this->add(1);
    const auto claim = this->sent();
    EXPECT_TRUE(this->end(claim, DeliveryEvent::withdraw, StoreTest::start + 2s));
    EXPECT_EQ(this->state_of(id, 0), DeliveryState::queued);
    EXPECT_TRUE(this->take(1, {}, StoreTest::start + 1'999ms).empty());
    const auto again = this->take(1, {}, StoreTest::start + 2s);
    ASSERT_EQ(again.size(), 1u);
    EXPECT_EQ(again[0].attempts, 1);
    EXPECT_GT(again[0].claim.claim, claim.claim);
    EXPECT_FALSE(this->end(claim, DeliveryEvent::accept)) << "an older claim matches nothing";
}

TYPED_TEST(DeliveryContract, AReleaseGivesBackWhatIsStillHeldUnderTheClaim) {
    const auto id = this->add(2);
    const auto rows = this->take(2);
    this->plan_for(rows[0].claim, "x");
    ASSERT_TRUE(this->begin(rows[0].claim));
    EXPECT_TRUE(this->run(this->deliveries().release({rows[0].claim, rows[1].claim})));
    EXPECT_EQ(this->state_of(id, 0), DeliveryState::inflight);
    EXPECT_EQ(this->state_of(id, 1), DeliveryState::queued);
    const auto again = this->take(2);
    ASSERT_EQ(again.size(), 1u);
    EXPECT_TRUE(this->run(this->deliveries().release({rows[1].claim})));
    EXPECT_TRUE(this->take(2).empty()) << "it is held under a newer claim";
}

TYPED_TEST(DeliveryContract, ThereIsWorkUntilTheLastRowHasEnded) {
    EXPECT_FALSE(this->run(this->deliveries().has_work(StoreTest::workspace)).value());
    this->add(1);
    EXPECT_TRUE(this->run(this->deliveries().has_work(StoreTest::workspace)).value());
    const auto claim = this->sent();
    EXPECT_TRUE(this->run(this->deliveries().has_work(StoreTest::workspace)).value());
    this->end(claim, DeliveryEvent::accept);
    EXPECT_FALSE(this->run(this->deliveries().has_work(StoreTest::workspace)).value());
}

}  // namespace
}  // namespace herald::test
