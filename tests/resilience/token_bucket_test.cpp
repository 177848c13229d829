#include "adapters/resilience/token_bucket.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace herald::resilience {
namespace {

using namespace std::chrono_literals;

constexpr int full = 1667;

struct TokenBucketTest : testing::Test {
    SteadyTime now{1000h};
    WallTime wall{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 10h};
    TokenBucket bucket{{.initial_limit = full}, now};

    // All that can be taken at this moment.
    int take_all() {
        int taken = 0;
        while (bucket.try_take(now)) ++taken;
        return taken;
    }
    // Taken greedily from now on, for `span`.
    int take_for(milliseconds span) {
        int taken = 0;
        for (const auto end = now + span; (now = bucket.next_slot(now)) < end;) taken += bucket.try_take(now) ? 1 : 0;
        return taken;
    }
    SteadyTime throttle(const ThrottleAnswer& answer) { return bucket.on_throttled(answer, now, wall, 0.0); }
};

// Pace

TEST_F(TokenBucketTest, UsesNinetyEightHundredthsOfTheLimit) {
    EXPECT_NEAR(bucket.rate(), 0.98 * 1667 / 10, 1e-9);
    const int taken = take_for(100s);
    EXPECT_GE(taken, 16'335);
    EXPECT_LE(taken, 16'338);
}

TEST_F(TokenBucketTest, StartsWithoutABurst) {
    EXPECT_EQ(take_all(), 1);
    now += 1s;
    EXPECT_EQ(take_all(), 8);
}

TEST_F(TokenBucketTest, SaysTheEarliestMomentAtWhichACallMayGo) {
    take_all();
    const auto slot = bucket.next_slot(now);
    EXPECT_GT(slot, now);
    EXPECT_FALSE(bucket.try_take(slot - 1ns));
    EXPECT_TRUE(bucket.try_take(slot));
    EXPECT_EQ(bucket.next_slot(slot + 1h), slot + 1h);
}

TEST_F(TokenBucketTest, SpendsNothingOnARefusal) {
    take_all();
    const auto slot = bucket.next_slot(now);
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(bucket.try_take(now));
    EXPECT_EQ(bucket.next_slot(now), slot);
}

TEST(TokenBucketBurst, GrowsWithTheLimitBetweenOneAndEight) {
    const auto burst_at = [](int limit) {
        return TokenBucket({.limit_per_window = 1'000'000, .initial_limit = limit}, SteadyTime{1000h}).burst();
    };
    EXPECT_EQ(burst_at(20), 1);
    EXPECT_EQ(burst_at(377), 1);
    EXPECT_EQ(burst_at(378), 2);
    EXPECT_EQ(burst_at(1509), 7);
    EXPECT_EQ(burst_at(1510), 8);
    EXPECT_EQ(burst_at(1667), 8);
    EXPECT_EQ(burst_at(16'670), 8);
}

// The limit

TEST(TokenBucketLimit, IsTenTimesSmallerBeforeTheFirstAnswer) {
    const TokenBucket bucket({}, SteadyTime{1000h});
    EXPECT_EQ(bucket.limit(), 167);
    EXPECT_NEAR(bucket.rate(), 16.4, 0.1);
}

TEST(TokenBucketLimit, IsNeverAboveTheCapEvenBeforeTheFirstAnswer) {
    EXPECT_EQ(TokenBucket({.limit_per_window = 20}, SteadyTime{1000h}).limit(), 20);
}

TEST_F(TokenBucketTest, LearnsALowerLimitAndNeverOneAboveTheCap) {
    bucket.learn(500, now);
    EXPECT_EQ(bucket.limit(), 500);
    bucket.learn(full, now);
    EXPECT_EQ(bucket.limit(), full);
    bucket.learn(full + 1, now);
    EXPECT_EQ(bucket.limit(), full);
}

TEST_F(TokenBucketTest, IgnoresALimitThatIsAbsentOrNotPositive) {
    bucket.learn({}, now);
    bucket.learn(0, now);
    bucket.learn(-1, now);
    EXPECT_EQ(bucket.limit(), full);
    bucket.learn(1, now);
    EXPECT_EQ(bucket.limit(), 1);
}

TEST_F(TokenBucketTest, ALowerLimitDoesNotForgiveWhatWasTaken) {
    now += 1s;
    ASSERT_EQ(take_all(), 8);
    bucket.learn(167, now);
    // Eight calls at the new pace have to be paid off, less the one that may always be open.
    EXPECT_NEAR(std::chrono::duration<double>(bucket.next_slot(now) - now).count(), 8 / 16.366, 0.001);
}

TEST_F(TokenBucketTest, AHigherLimitDoesNotForgiveWhatWasTaken) {
    bucket.learn(167, now);
    now += 1s;
    ASSERT_EQ(take_all(), 1);
    bucket.learn(full, now);
    EXPECT_EQ(take_all(), 7);
}

TEST_F(TokenBucketTest, ChangingTheLimitToAndFroGainsNothing) {
    now += 1s;
    ASSERT_EQ(take_all(), 8);
    const auto slot = bucket.next_slot(now);
    for (int i = 0; i < 100; ++i) {
        bucket.learn(167 + i, now);
        bucket.learn(full, now);
    }
    EXPECT_GE(bucket.next_slot(now), slot);
    EXPECT_LE(bucket.next_slot(now), slot + 10us);
}

// After a 429: the wait

TEST(ThrottleWait, TakesRetryAfterBeforeAnythingElse) {
    const WallTime wall{1'800'000'000s};
    EXPECT_EQ(throttle_wait({.retry_after = 7s, .reset = wall + 3s, .date = wall}, wall), 7s);
    EXPECT_EQ(throttle_wait({.retry_after = 0s, .reset = wall + 3s}, wall), 0s);
    EXPECT_EQ(throttle_wait({.retry_after = 3600s}, wall), 3600s);
}

TEST(ThrottleWait, WithoutItLastsUntilTheWindowEndsAndAHair) {
    const WallTime wall{1'800'000'000s};
    EXPECT_EQ(throttle_wait({.reset = wall + 3s}, wall), 3'050ms);
    EXPECT_EQ(throttle_wait({.reset = wall + 1ms}, wall), 51ms);
    EXPECT_EQ(throttle_wait({.reset = wall + 120s}, wall), 120'050ms);
}

TEST(ThrottleWait, IsAMinuteWhenResetIsAbsentPastOrImplausible) {
    const WallTime wall{1'800'000'000s};
    EXPECT_EQ(throttle_wait({}, wall), 60s);
    EXPECT_EQ(throttle_wait({.reset = wall}, wall), 60s);
    EXPECT_EQ(throttle_wait({.reset = wall - 1s}, wall), 60s);
    EXPECT_EQ(throttle_wait({.reset = wall + 120s + 1ms}, wall), 60s);
}

TEST(ThrottleWait, MeasuresResetByTheAnswersOwnClock) {
    const WallTime date{1'800'000'000s};
    for (const auto skew : {-1h, 0h, 1h})
        EXPECT_EQ(throttle_wait({.reset = date + 7s, .date = date}, date + skew), 7'050ms);
}

TEST_F(TokenBucketTest, StopsEverythingUntilTheWaitIsOver) {
    EXPECT_FALSE(bucket.blocked(now));
    const auto until = throttle({.retry_after = 7s});
    EXPECT_EQ(until, now + 7s);
    EXPECT_EQ(bucket.blocked_until(), until);
    EXPECT_EQ(bucket.next_slot(now), until);
    EXPECT_TRUE(bucket.blocked(until - 1ns));
    EXPECT_FALSE(bucket.try_take(until - 1ns));
    EXPECT_FALSE(bucket.blocked(until));
    EXPECT_TRUE(bucket.try_take(until));
}

TEST_F(TokenBucketTest, AddsUpToAQuarterOfASecondByChance) {
    EXPECT_EQ(bucket.on_throttled({.retry_after = 7s}, now, wall, 0.5), now + 7'125ms);
    EXPECT_EQ(bucket.on_throttled({.retry_after = 7s}, now, wall, 0.999'999), now + 7'249ms);
}

TEST_F(TokenBucketTest, AnEarlierEndNeverShortensABlock) {
    const auto until = throttle({.retry_after = 120s});
    now += 1s;
    EXPECT_EQ(throttle({.retry_after = 7s}), until);
    EXPECT_EQ(throttle({.retry_after = 120s}), until + 1s);
}

TEST_F(TokenBucketTest, LearnsTheLimitFromA429) {
    throttle({.retry_after = 1s, .limit = 167});
    EXPECT_EQ(bucket.limit(), 167);
}

TEST_F(TokenBucketTest, RunsTheFirstSecondAfterABlockAtAQuarterOfTheRateWithoutABurst) {
    const double rate = bucket.rate();
    now = throttle({.retry_after = 30s, .remaining = 0, .limit = full});
    EXPECT_EQ(take_all(), 1);
    const int first_second = 1 + take_for(1s);
    EXPECT_NEAR(first_second, rate / 4, 2);
    now += 1s;  // the burst is there again
    take_all();
    EXPECT_NEAR(take_for(1s), rate, 2);
}

TEST_F(TokenBucketTest, AHigherLimitLearntDuringABlockBringsNoBurstAfterIt) {
    bucket.learn(167, now);
    now += 10s;
    const auto until = throttle({.retry_after = 5s, .remaining = 0});
    bucket.learn(full, now);
    now = until;
    EXPECT_EQ(take_all(), 1);
}

TEST_F(TokenBucketTest, ALowerLimitLearntDuringABlockDoesNotProlongItByMoreThanTheBurst) {
    const auto until = throttle({.retry_after = 60s, .remaining = 0});
    bucket.learn(167, now);
    EXPECT_LE(bucket.next_slot(now), until + 500ms);
}

// After a 429: the share

TEST_F(TokenBucketTest, A429ThatWasToBeExpectedDoesNotLowerTheShare) {
    throttle({.retry_after = 1s, .remaining = 0, .limit = 1000});
    throttle({.retry_after = 1s, .remaining = 50, .limit = 1000});  // exactly 5 %
    throttle({.retry_after = 1s, .limit = 1000});
    EXPECT_DOUBLE_EQ(bucket.share(), 1.0);
}

TEST_F(TokenBucketTest, A429WithMoreThanATwentiethLeftLowersTheShareOncePerWindow) {
    throttle({.retry_after = 1s, .remaining = 51, .limit = 1000});
    EXPECT_DOUBLE_EQ(bucket.share(), 0.9);
    EXPECT_NEAR(bucket.rate(), 0.98 * 0.9 * 100, 1e-9);
    now += 9'999ms;
    throttle({.retry_after = 1s, .remaining = 51, .limit = 1000});
    EXPECT_DOUBLE_EQ(bucket.share(), 0.9);
    now += 1ms;
    throttle({.retry_after = 1s, .remaining = 51, .limit = 1000});
    EXPECT_NEAR(bucket.share(), 0.81, 1e-9);
}

TEST_F(TokenBucketTest, TheShareNeverFallsBelowAHalf) {
    for (int i = 0; i < 10; ++i, now += 10s) throttle({.retry_after = 1s, .remaining = 500, .limit = 1000});
    EXPECT_NEAR(bucket.share(), 0.5, 1e-9);
}

TEST_F(TokenBucketTest, EveryCleanWindowGivesBackATwentiethOfWhatItIsUpToTheWhole) {
    throttle({.retry_after = 1s, .remaining = 500, .limit = 1000});
    now += 10s;  // the end of the window that had the 429
    bucket.tick(now);
    EXPECT_NEAR(bucket.share(), 0.9, 1e-9);
    now += 9'999ms;
    bucket.tick(now);
    EXPECT_NEAR(bucket.share(), 0.9, 1e-9);
    now += 1ms;
    bucket.tick(now);
    EXPECT_NEAR(bucket.share(), 0.92, 1e-9);
    now += 40s;
    bucket.tick(now);
    EXPECT_NEAR(bucket.share(), 1.0, 1e-9);
    now += 100s;
    bucket.tick(now);
    EXPECT_DOUBLE_EQ(bucket.share(), 1.0);
}

TEST_F(TokenBucketTest, AWindowThatWasBlockedInAnyPartIsNotClean) {
    const auto until = throttle({.retry_after = 25s, .remaining = 500, .limit = 1000});
    now += 30s;
    ASSERT_LT(until, now);
    bucket.tick(now);
    EXPECT_NEAR(bucket.share(), 0.9, 1e-9);
    now += 10s;
    bucket.tick(now);
    EXPECT_NEAR(bucket.share(), 0.92, 1e-9);
}

TEST_F(TokenBucketTest, ABlockThatEndsWithItsWindowLeavesTheNextOneClean) {
    throttle({.retry_after = 20s, .remaining = 500, .limit = 1000});
    now += 30s;
    bucket.tick(now);
    EXPECT_NEAR(bucket.share(), 0.92, 1e-9);
}

TEST_F(TokenBucketTest, AWindowKeepsItsPhaseHoweverLateItIsClosed) {
    throttle({.retry_after = 1s, .remaining = 500, .limit = 1000});
    now += 15s;
    bucket.tick(now);
    now += 5s;
    bucket.tick(now);
    EXPECT_NEAR(bucket.share(), 0.92, 1e-9);
}

TEST_F(TokenBucketTest, TakingCallsClosesWindows) {
    throttle({.retry_after = 1s, .remaining = 500, .limit = 1000});
    now += 20s;
    bucket.try_take(now);
    EXPECT_NEAR(bucket.share(), 0.92, 1e-9);
}

// Restart

struct TokenBucketRestartTest : TokenBucketTest {
    // A new process: another steady clock, the wall clock moved on by `later`.
    void restart(milliseconds later, milliseconds wall_jump = 0ms) {
        const auto saved = bucket.save(now, wall);
        now = SteadyTime{5h};
        wall += later + wall_jump;
        bucket = TokenBucket({}, now);
        bucket.restore(saved, now, wall);
    }
};

TEST_F(TokenBucketRestartTest, KeepsTheLimitAndTheShare) {
    bucket.learn(500, now);
    throttle({.retry_after = 1s, .remaining = 100});
    restart(2s);
    EXPECT_EQ(bucket.limit(), 500);
    EXPECT_NEAR(bucket.share(), 0.9, 1e-9);
}

TEST_F(TokenBucketRestartTest, NeverGetsAFreshBurst) {
    now += 1h;
    restart(1h);
    EXPECT_EQ(take_all(), 0);
    now = bucket.next_slot(now);
    EXPECT_EQ(take_all(), 1);
    EXPECT_LT(now, SteadyTime{5h} + 7ms);
}

TEST_F(TokenBucketRestartTest, KeepsABlock) {
    throttle({.retry_after = 30s, .remaining = 0});
    restart(10s);
    EXPECT_EQ(bucket.blocked_until(), now + 20s);
    EXPECT_EQ(bucket.next_slot(now), now + 20s);
    now += 20s;
    EXPECT_EQ(take_all(), 1) << "and no burst after it";
}

TEST_F(TokenBucketRestartTest, ForgetsABlockThatIsOver) {
    throttle({.retry_after = 30s, .remaining = 0});
    restart(30s);
    EXPECT_FALSE(bucket.blocked(now));
    EXPECT_LT(bucket.next_slot(now), now + 100ms);
}

TEST_F(TokenBucketRestartTest, DoesNotSaveABlockThatIsOver) {
    now = throttle({.retry_after = 30s});
    EXPECT_EQ(bucket.save(now, wall).blocked_until, std::nullopt);
    EXPECT_NE(bucket.save(now - 1ms, wall).blocked_until, std::nullopt);
}

TEST_F(TokenBucketRestartTest, WaitsAtMostAnHourForABlockSavedUnderAnotherWallClock) {
    throttle({.retry_after = 30s, .remaining = 0});
    restart(0s, -24h);
    EXPECT_EQ(bucket.blocked_until(), now + 1h);
    bucket.restore({full, 1.0, wall, wall + 59min}, now, wall);
    EXPECT_EQ(bucket.blocked_until(), now + 59min);
}

TEST_F(TokenBucketRestartTest, WaitsAtMostTenSecondsForAPaceSavedUnderAnotherWallClock) {
    restart(0s, -24h);
    EXPECT_LE(bucket.next_slot(now), now + 10s);
    EXPECT_GT(bucket.next_slot(now), now + 9s);
}

TEST_F(TokenBucketRestartTest, SurvivesAnyStoredValue) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    for (const double limit : {nan, -1.0, 0.0, 0.5}) {
        bucket = TokenBucket({}, now);
        bucket.restore({limit, nan, WallTime::max(), {}}, now, wall);
        EXPECT_EQ(bucket.limit(), 167) << limit;
        EXPECT_EQ(bucket.share(), 1.0);
        EXPECT_LE(bucket.next_slot(now), now + 10s);
    }
    bucket.restore({infinite, -7.0, WallTime::min(), WallTime::min()}, now, wall);
    EXPECT_EQ(bucket.limit(), full);
    EXPECT_EQ(bucket.share(), 0.5);
    EXPECT_FALSE(bucket.blocked(now));
}

}  // namespace
}  // namespace herald::resilience
