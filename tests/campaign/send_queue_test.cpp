#include "domain/campaign/send_queue.hpp"

#include <string>

#include <gtest/gtest.h>

namespace herald {
namespace {

using namespace std::chrono_literals;

class SendQueueTest : public ::testing::Test {
 protected:
    void add(const std::string& campaign, int rows, std::optional<std::int64_t> pace = {}) {
        for (int i = 0; i < rows; ++i) {
            ReadyDelivery row;
            row.delivery.claim = {++number, 1};
            row.delivery.campaign.value = campaign;
            row.delivery.max_per_minute = pace;
            queue.claimed(row.delivery);
            queue.push(std::move(row));
        }
    }
    // The campaigns of the next messages, a letter each.
    std::string next(int messages) {
        std::string out;
        for (int i = 0; i < messages; ++i) {
            const auto row = queue.pop(now);
            out += row ? row->delivery.campaign.value : "-";
        }
        return out;
    }

    SendQueue queue;
    SteadyTime now{std::chrono::hours(1000)};
    std::int64_t number{};
};

TEST_F(SendQueueTest, CampaignsTakeTurnsHoweverManyRowsEachHas) {
    add("a", 100);
    add("b", 2);
    add("c", 3);
    EXPECT_EQ(next(9), "abcabcaca");
}

TEST_F(SendQueueTest, ACampaignSendsInTheOrderOfItsRows) {
    add("a", 3);
    for (std::int64_t i = 1; i <= 3; ++i) EXPECT_EQ(queue.pop(now)->delivery.claim.number, i);
}

TEST_F(SendQueueTest, APacedCampaignIsPassedOverUntilItsMomentAndThenComesFirst) {
    add("p", 5, 60);
    add("a", 10);
    EXPECT_EQ(next(4), "paaa");
    now += 1s;
    EXPECT_EQ(next(3), "paa");
}

TEST_F(SendQueueTest, WhenNobodyMaySendItSaysFromWhenOn) {
    EXPECT_EQ(queue.due(now), SteadyTime::max());
    add("p", 2, 60);
    add("q", 2, 6);
    EXPECT_LE(queue.due(now), now);
    EXPECT_EQ(next(3), "pq-");
    EXPECT_EQ(queue.due(now), now + 1s);
}

TEST_F(SendQueueTest, RowsBeingPlannedAreHeldButNotReady) {
    ClaimedDelivery row;
    row.campaign.value = "a";
    queue.claimed(row);
    queue.claimed(row);
    EXPECT_EQ(queue.held(), 2u);
    EXPECT_EQ(queue.holdings(), (Holdings{{{"a"}, 2}}));
    EXPECT_EQ(queue.due(now), SteadyTime::max());
    queue.planned({"a"});
    EXPECT_EQ(queue.held(), 1u);
    queue.push({row, {}, {}});
    EXPECT_EQ(queue.held(), 1u);
    EXPECT_EQ(queue.planning(), 0u);
    EXPECT_EQ(next(2), "a-");
    EXPECT_TRUE(queue.holdings().empty());
}

TEST_F(SendQueueTest, DroppingACampaignForgetsOnlyItsRowsAndNotItsPace) {
    add("p", 3, 60);
    add("a", 1);
    EXPECT_EQ(next(1), "p");
    queue.drop({"p"});
    queue.drop({"unknown"});
    EXPECT_EQ(queue.held(), 1u);
    EXPECT_EQ(next(2), "a-");
    queue.tidy(now);
    add("p", 1, 60);  // resumed at once
    EXPECT_EQ(next(1), "-");
    now += 1s;
    EXPECT_EQ(next(1), "p");
}

TEST_F(SendQueueTest, ACampaignWithoutRowsIsForgottenWhenItsPaceAllowsItsNextMessage) {
    add("p", 1, 60);
    add("a", 1);
    EXPECT_EQ(next(2), "pa");
    queue.tidy(now);
    EXPECT_TRUE(queue.knows({"p"}));
    EXPECT_FALSE(queue.knows({"a"}));
    queue.tidy(now + 1s);
    EXPECT_FALSE(queue.knows({"p"}));
}

TEST_F(SendQueueTest, ASlowerPaceGivesBackTheRowsThatAreTooManyNow) {
    add("a", 5);
    EXPECT_EQ(queue.pace({"a"}, 60), (std::vector<Claim>{{5, 1}, {4, 1}, {3, 1}}));
    EXPECT_EQ(queue.held(), 2u);
    EXPECT_EQ(next(2), "a-");
    EXPECT_TRUE(queue.pace({"a"}, 6'000).empty());
    EXPECT_EQ(queue.due(now), now + 10ms);
    EXPECT_TRUE(queue.pace({"unknown"}, 1).empty());
}

TEST_F(SendQueueTest, TakesOutEverything) {
    add("a", 2);
    add("b", 1);
    EXPECT_EQ(queue.take_all().size(), 3u);
    EXPECT_EQ(queue.held(), 0u);
    EXPECT_EQ(next(1), "-");
}

}  // namespace
}  // namespace herald
