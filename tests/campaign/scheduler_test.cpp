// Starts and expiries on simulated time. It begins at 2026-11-23T00:00:00Z.

#include "domain/campaign/scheduler.hpp"

#include <gtest/gtest.h>

#include "tests/support/in_memory_store.hpp"
#include "tests/support/manual_clock.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;
using Change = test::InMemoryStore::Change;

class SchedulerTest : public ::testing::Test {
 protected:
    ~SchedulerTest() override {
        scheduler.stop();
        clock.advance(5s);
        EXPECT_TRUE(ended);
    }
    CampaignId given(CampaignState state, std::optional<WallTime> scheduled_at, std::optional<WallTime> expires_at = {},
                     int people = 0) {
        Campaign campaign;
        campaign.id = {"cmp_" + std::to_string(store.campaigns.size())};
        campaign.state = state;
        campaign.scheduled_at = scheduled_at;
        campaign.expires_at = expires_at;
        store.add(campaign, std::vector<Recipient>(static_cast<std::size_t>(people)));
        return campaign.id;
    }
    void begin() {
        boost::asio::co_spawn(io, scheduler.run(), [this](const std::exception_ptr&) { ended = true; });
        clock.settle();
    }
    const Campaign& at(const CampaignId& id) { return store.campaigns.at(id); }

    boost::asio::io_context io;
    test::ManualClock clock{io};
    const WallTime start = clock.wall_now();
    test::InMemoryStore store{clock};
    std::vector<std::pair<CampaignId, CampaignEvent>> told;
    int troubles{};
    CampaignScheduler scheduler{store,
                                store,
                                clock,
                                {"acme"},
                                {},
                                {[this](const CampaignId& id, CampaignEvent event) { told.emplace_back(id, event); },
                                 [this](std::string_view, const Error&) { ++troubles; }}};
    bool ended{};
};

TEST_F(SchedulerTest, ACampaignStartsAtItsTimeToTheMillisecond) {
    const auto id = given(CampaignState::scheduled, start + 90s + 7ms);
    begin();
    clock.advance(90s + 6ms);
    EXPECT_EQ(at(id).state, CampaignState::scheduled);
    clock.advance(1ms);
    EXPECT_EQ(at(id).state, CampaignState::running);
    EXPECT_EQ(store.changes, (std::vector<Change>{{id, CampaignEvent::start, start + 90s + 7ms}}));
    EXPECT_EQ(told.size(), 1u);
    clock.advance(1h);
    EXPECT_EQ(store.changes.size(), 1u);
}

TEST_F(SchedulerTest, AfterADowntimeWithinTheGraceItStartsAndLongerItIsHeld) {
    const auto just = given(CampaignState::scheduled, start - 15min);
    const auto late = given(CampaignState::scheduled, start - 15min - 1ms);
    begin();
    EXPECT_EQ(at(just).state, CampaignState::running);
    EXPECT_EQ(at(late).state, CampaignState::paused);
    EXPECT_EQ(at(late).paused_for, PauseReason::late);
}

TEST_F(SchedulerTest, NothingIsLeftAfterTheExpiry) {
    const auto running = given(CampaignState::running, {}, start + 10s, 3);
    const auto scheduled = given(CampaignState::scheduled, start - 1h, start);
    begin();
    EXPECT_EQ(at(scheduled).state, CampaignState::expired);
    clock.advance(10s - 1ms);
    EXPECT_EQ(store.counts()[DeliveryState::expired], 0);
    clock.advance(1ms);
    EXPECT_EQ(store.counts()[DeliveryState::expired], 3);
    EXPECT_EQ(at(running).state, CampaignState::running);  // the store completes it
}

TEST_F(SchedulerTest, ATimeThatWasMovedMeanwhileIsNotActedUpon) {
    const auto id = given(CampaignState::scheduled, start + 1500ms);
    begin();
    clock.advance(1s);  // it is known, and waited for
    store.campaigns.at(id).scheduled_at = start + 1h;
    clock.advance(1min);
    EXPECT_EQ(at(id).state, CampaignState::scheduled);
    EXPECT_EQ(troubles, 0);
    clock.advance(1h);
    EXPECT_EQ(at(id).state, CampaignState::running);
}

TEST_F(SchedulerTest, AStoreThatIsDownIsAskedAgain) {
    const auto id = given(CampaignState::scheduled, start + 5s);
    begin();
    store.down = true;
    clock.advance(60s);
    EXPECT_EQ(at(id).state, CampaignState::scheduled);
    EXPECT_GT(troubles, 10);
    EXPECT_LT(store.asked_for_timed, 70);
    store.down = false;
    clock.advance(1s);
    EXPECT_EQ(at(id).state, CampaignState::running);
}

TEST_F(SchedulerTest, MoreThanABatchAtOnceNeedNoSecondPoll) {
    for (int i = 0; i < 200; ++i) given(CampaignState::scheduled, start + 1s);
    begin();
    clock.advance(1s + 10ms);
    for (const auto& [id, campaign] : store.campaigns) EXPECT_EQ(campaign.state, CampaignState::running);
}

}  // namespace
}  // namespace herald
