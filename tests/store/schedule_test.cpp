// Starts and expiries as rows.

#include <fmt/format.h>

#include "tests/store/store_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class ScheduleTest : public StoreTest {
 public:
    Result<Written> launch(const CampaignId& id, LaunchTerms terms, WallTime now = start) {
        return run(campaigns().launch(caller(), id, std::move(terms), now, {}));
    }
    CampaignId scheduled(int people, WallTime at, std::optional<WallTime> expires_at = {}) {
        const auto id = campaign(people, false);
        EXPECT_TRUE(launch(id, {at, {}, expires_at}));
        return id;
    }
    std::vector<Timed> timed(WallTime until, const WorkspaceId& in = workspace) {
        return run(store->upkeep().timed(in, until, 10)).value();
    }
};

TEST_F(ScheduleTest, ALaunchForLaterIsStoredAndFoundAtItsTimeAfterACrash) {
    const auto id = campaign(1, false);
    const auto written = launch(id, {start + 1h, "Europe/Berlin", start + 2h}).value().campaign;
    EXPECT_EQ(written.state, CampaignState::scheduled);
    EXPECT_EQ(written.scheduled_at, start + 1h);
    EXPECT_EQ(written.time_zone, "Europe/Berlin");
    EXPECT_EQ(written.expires_at, start + 2h);
    EXPECT_EQ(written.launched_at, std::nullopt);
    EXPECT_TRUE(claim(1).empty());
    EXPECT_TRUE(timed(start + 1h - 1ms).empty());
    EXPECT_EQ(restart().corrected_campaigns, 0);
    ASSERT_EQ(timed(start + 1h).size(), 1u);
    EXPECT_EQ(timed(start + 1h).at(0).scheduled_at, start + 1h);
    EXPECT_TRUE(timed(start + 1h, {"other"}).empty());

    EXPECT_EQ(change(id, CampaignEvent::start, start + 1h - 1ms).error().code, Errc::conflict);
    ASSERT_TRUE(change(id, CampaignEvent::start, start + 1h));
    EXPECT_EQ(get(id).launched_at, start + 1h);
    EXPECT_EQ(claim(1, start + 1h).size(), 1u);
    EXPECT_TRUE(timed(start + 1h).empty());
}

TEST_F(ScheduleTest, ACreationWithATimeIsScheduled) {
    auto c = draft("cmp_1");
    c.scheduled_at = start + 1h;
    c.time_zone = "Asia/Tokyo";
    c.expires_at = start + 2h;
    ASSERT_TRUE(run(campaigns().create(caller(), c, people(1), false, "h", {})));
    c.counts[DeliveryState::queued] = 1;
    c.state = CampaignState::scheduled;
    EXPECT_EQ(get(c.id), c);
}

TEST_F(ScheduleTest, AScheduledCampaignIsMovedAndLaunchedNow) {
    const auto id = scheduled(1, start + 1h, start + 3h);
    ASSERT_TRUE(launch(id, {start + 2h, {}, {}}));
    EXPECT_TRUE(timed(start + 2h - 1ms).empty());
    EXPECT_EQ(get(id).expires_at, start + 3h);
    EXPECT_EQ(launch(id, {start + 3h, {}, {}}).error().code, Errc::conflict);
    ASSERT_TRUE(launch(id, {}, start + 1s));
    EXPECT_EQ(get(id).state, CampaignState::running);
    EXPECT_EQ(get(id).launched_at, start + 1s);
}

TEST_F(ScheduleTest, ALateStartIsHeldUntilItIsResumed) {
    const auto id = scheduled(1, start + 1h);
    const auto held =
        run(campaigns().change(machine(workspace), id, CampaignEvent::hold, PauseReason::late, start + 3h, {}));
    EXPECT_EQ(held->campaign.state, CampaignState::paused);
    EXPECT_EQ(held->campaign.paused_for, PauseReason::late);
    EXPECT_EQ(held->campaign.launched_at, std::nullopt);
    EXPECT_TRUE(claim(1, start + 3h).empty());
    ASSERT_TRUE(change(id, CampaignEvent::resume, start + 4h));
    EXPECT_EQ(get(id).launched_at, start + 4h);
    EXPECT_EQ(claim(1, start + 4h).size(), 1u);
}

TEST_F(ScheduleTest, AScheduledCampaignThatExpiresHasNeverRun) {
    const auto id = scheduled(3, start + 1h, start + 2h);
    EXPECT_EQ(change(id, CampaignEvent::expire, start + 2h - 1ms).error().code, Errc::conflict);
    ASSERT_TRUE(change(id, CampaignEvent::expire, start + 2h));
    EXPECT_EQ(get(id).state, CampaignState::expired);
    EXPECT_EQ(get(id).finished_at, start + 2h);
    EXPECT_EQ(get(id).counts[DeliveryState::expired], 3);
    EXPECT_TRUE(timed(start + 9h).empty());
    expect_counts_are_rows(id);
}

TEST_F(ScheduleTest, AMillionWouldExpireInSlicesAndTheCampaignCompletesByItself) {
    const auto id = campaign(4'500, false);
    ASSERT_TRUE(launch(id, {{}, {}, start + 1h}));
    const auto on_wire = sent("x");
    ASSERT_TRUE(change(id, CampaignEvent::pause));
    ASSERT_EQ(timed(start + 1h).size(), 1u);
    ASSERT_TRUE(change(id, CampaignEvent::expire, start + 1h));
    EXPECT_EQ(get(id).state, CampaignState::paused);
    EXPECT_EQ(get(id).paused_for, PauseReason::operator_request);
    EXPECT_EQ(get(id).counts[DeliveryState::expired], 2'000);
    EXPECT_TRUE(timed(start + 1h).empty());  // it is on its way
    EXPECT_EQ(restart(start + 1h).lost, 1);
    expect_counts_are_rows(id);
    while (run(store->upkeep().sweep(start + 2h)).value()) expect_counts_are_rows(id);
    EXPECT_EQ(get(id).counts[DeliveryState::expired], 4'499);
    EXPECT_EQ(get(id).state, CampaignState::completed_with_losses);
    EXPECT_EQ(get(id).finished_at, start + 2h);
    EXPECT_FALSE(settle(on_wire, DeliveryEvent::withdraw, {}, start + 2h));
}

TEST_F(ScheduleTest, WhatIsInFlightAtTheExpiryStillFinishes) {
    const auto id = campaign(2, false);
    ASSERT_TRUE(launch(id, {{}, {}, start + 1h}));
    const auto on_wire = sent("x");
    ASSERT_TRUE(change(id, CampaignEvent::expire, start + 1h));
    EXPECT_EQ(get(id).state, CampaignState::running);
    EXPECT_TRUE(timed(start + 2h).empty());
    ASSERT_TRUE(settle(on_wire, DeliveryEvent::accept, {}, start + 1h + 1s));
    EXPECT_EQ(get(id).state, CampaignState::completed);
    EXPECT_EQ(get(id).counts[DeliveryState::accepted], 1);
    const auto again = run(campaigns().retry(caller(), id, {DeliveryState::skipped}, start + 2h, {}));
    EXPECT_EQ(again.error().code, Errc::conflict);
    EXPECT_NE(again.error().detail.find("expired at"), std::string::npos);
}

}  // namespace
}  // namespace herald::test
