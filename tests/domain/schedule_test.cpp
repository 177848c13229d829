#include "domain/campaign/schedule.hpp"

#include <gtest/gtest.h>

namespace herald {
namespace {

using namespace std::chrono_literals;

constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours(12)};

Timed scheduled(std::optional<WallTime> expires_at = {}) {
    return {{"cmp_1"}, CampaignState::scheduled, noon, expires_at};
}

TEST(Schedule, AStartIsDueFromItsTimeOnAndHeldAfterTheGrace) {
    EXPECT_EQ(due_event(scheduled(), noon - 1ms, 15min), std::nullopt);
    EXPECT_EQ(due_event(scheduled(), noon, 15min), CampaignEvent::start);
    EXPECT_EQ(due_event(scheduled(), noon + 15min, 15min), CampaignEvent::start);
    EXPECT_EQ(due_event(scheduled(), noon + 15min + 1ms, 15min), CampaignEvent::hold);
}

TEST(Schedule, ExpiryWinsOverAStart) {
    EXPECT_EQ(due_event(scheduled(noon + 1min), noon + 59s, 15min), CampaignEvent::start);
    EXPECT_EQ(due_event(scheduled(noon + 1min), noon + 1min, 15min), CampaignEvent::expire);
    EXPECT_EQ(due_event(scheduled(noon + 1min), noon + 1h, 15min), CampaignEvent::expire);
}

TEST(Schedule, WhatRunsOnlyExpires) {
    const Timed running{{"cmp_1"}, CampaignState::running, noon, noon + 1h};
    EXPECT_EQ(due_event(running, noon + 59min, 15min), std::nullopt);
    EXPECT_EQ(next_moment(running), noon + 1h);
    EXPECT_EQ(due_event(running, noon + 1h, 15min), CampaignEvent::expire);
    EXPECT_EQ(next_moment(scheduled()), noon);
    EXPECT_EQ(next_moment(scheduled(noon - 1h)), noon - 1h);
}

TEST(Schedule, ALaunchComesBeforeTheExpiry) {
    Campaign campaign;
    EXPECT_TRUE(may_start(campaign, {}, noon));
    campaign.expires_at = noon;
    EXPECT_TRUE(may_start(campaign, {}, noon - 1ms));
    EXPECT_EQ(may_start(campaign, {}, noon).error().code, Errc::conflict);
    EXPECT_FALSE(may_start(campaign, {.at = noon + 1h}, noon - 1h));
    EXPECT_TRUE(may_start(campaign, {.at = noon + 1h, .expires_at = noon + 2h}, noon - 1h));
    EXPECT_TRUE(may_send_again(campaign, noon - 1ms));
    EXPECT_FALSE(may_send_again(campaign, noon));
}

}  // namespace
}  // namespace herald
