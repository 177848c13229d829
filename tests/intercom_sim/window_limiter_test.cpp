#include "tests/intercom_sim/window_limiter.hpp"

#include <gtest/gtest.h>

namespace sim {
namespace {

TEST(WindowLimiter, CountsDownWithinAnAlignedWindow) {
    WindowLimiter limiter(2);
    const auto first = limiter.arrive("a", 20'003);
    EXPECT_TRUE(first.allowed);
    EXPECT_EQ(first.limit, 2);
    EXPECT_EQ(first.remaining, 1);
    EXPECT_EQ(first.reset, 30);
    EXPECT_TRUE(limiter.arrive("a", 29'999).allowed);
    const auto third = limiter.arrive("a", 29'999);
    EXPECT_FALSE(third.allowed);
    EXPECT_EQ(third.remaining, 0);
    EXPECT_TRUE(limiter.arrive("a", 30'000).allowed);
}

TEST(WindowLimiter, TokensDoNotShareAWindow) {
    WindowLimiter limiter(1);
    EXPECT_TRUE(limiter.arrive("a", 0).allowed);
    EXPECT_FALSE(limiter.arrive("a", 1).allowed);
    EXPECT_TRUE(limiter.arrive("b", 2).allowed);
}

TEST(WindowLimiter, AClockSetBackReopensNothing) {
    WindowLimiter limiter(1);
    EXPECT_TRUE(limiter.arrive("a", 50'000).allowed);
    const auto verdict = limiter.arrive("a", 39'000);
    EXPECT_FALSE(verdict.allowed);
    EXPECT_EQ(verdict.reset, 60);
}

TEST(WindowLimiter, ZeroMeansUnlimitedAndReportsAHugeLimit) {
    WindowLimiter limiter(0);
    for (int i = 0; i < 5000; ++i) ASSERT_TRUE(limiter.arrive("a", 1).allowed);
    EXPECT_EQ(limiter.arrive("a", 1).limit, WindowLimiter::unlimited);
}

TEST(WindowLimiter, ALoweredLimitHoldsAtOnce) {
    WindowLimiter limiter(100);
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(limiter.arrive("a", 1).allowed);
    limiter.set_limit(5);
    const auto verdict = limiter.arrive("a", 2);
    EXPECT_FALSE(verdict.allowed);
    EXPECT_EQ(verdict.limit, 5);
    EXPECT_EQ(verdict.remaining, 0);
}

}  // namespace
}  // namespace sim
