#include "adapters/resilience/circuit_breaker.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/manual_clock.hpp"

namespace herald::resilience {
namespace {

using namespace std::chrono_literals;
using State = CircuitBreaker::State;
using Permit = CircuitBreaker::Permit;

struct CircuitBreakerTest : testing::Test {
    SteadyTime now{1000h};
    CircuitBreaker breaker;

    State state() const { return breaker.state(now); }

    // One admitted call that ends at once, or after `took`.
    void call(Verdict verdict, milliseconds took = 0ms) {
        const auto permit = breaker.admit(now);
        ASSERT_TRUE(permit);
        breaker.settle(*permit, verdict, now - took, now);
    }
    void calls(int count, Verdict verdict) {
        for (int i = 0; i < count; ++i) call(verdict);
    }
    void trip() {
        for (int i = 0; i < 1000 && state() == State::closed; ++i) call(Verdict::failure);
        ASSERT_EQ(state(), State::open);
    }
    Permit trial() {
        trip();
        now += 60s;
        const auto permit = breaker.admit(now);
        EXPECT_TRUE(permit && permit->trial);
        return permit.value_or(Permit{});
    }
    void recover() {
        const auto permit = trial();
        breaker.settle(permit, Verdict::success, now, now);
        ASSERT_EQ(state(), State::closed);
    }
};

// closed -> open

TEST_F(CircuitBreakerTest, StaysClosedAfterFourFailuresInARowAndOpensWithTheFifth) {
    calls(4, Verdict::failure);
    EXPECT_EQ(state(), State::closed);
    EXPECT_EQ(breaker.reason(), "");
    call(Verdict::failure);
    EXPECT_EQ(state(), State::open);
    EXPECT_EQ(breaker.reason(), "consecutive_failures");
    EXPECT_EQ(breaker.open_until(now), now + 60s);
}

TEST_F(CircuitBreakerTest, ASuccessStartsTheCountAgain) {
    calls(4, Verdict::failure);
    call(Verdict::success);
    calls(4, Verdict::failure);
    EXPECT_EQ(state(), State::closed);
    call(Verdict::failure);
    EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, ANeutralOutcomeNeitherCountsNorStartsTheCountAgain) {
    calls(4, Verdict::failure);
    calls(50, Verdict::neutral);
    EXPECT_EQ(state(), State::closed);
    call(Verdict::failure);
    EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, FailuresInARowCountHoweverFarApartTheyAre) {
    for (int i = 0; i < 5; ++i, now += 1h) call(Verdict::failure);
    EXPECT_EQ(state(), State::open);
}

struct Scaled {
    int calls_before;  // successes in the window; the failures count as calls, too
    int failures;      // in a row that open it
};
class Threshold : public CircuitBreakerTest, public testing::WithParamInterface<Scaled> {};

TEST_P(Threshold, GrowsByOneForEveryFiftyCallsOfTheWindow) {
    calls(GetParam().calls_before, Verdict::success);
    calls(GetParam().failures - 1, Verdict::failure);
    EXPECT_EQ(state(), State::closed);
    call(Verdict::failure);
    EXPECT_EQ(state(), State::open);
    EXPECT_EQ(breaker.reason(), "consecutive_failures");
}

// With n successes before it, the k-th failure opens when k >= ceil((n + k) / 50).
INSTANTIATE_TEST_SUITE_P(Volumes, Threshold,
                         testing::Values(Scaled{0, 5}, Scaled{245, 5}, Scaled{246, 6}, Scaled{294, 6}, Scaled{295, 7},
                                         Scaled{1617, 33}));

TEST_F(CircuitBreakerTest, CallsOlderThanTenSecondsDoNotRaiseTheThreshold) {
    calls(1000, Verdict::success);
    now += 10s;
    calls(5, Verdict::failure);
    EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, CallsJustYoungerThanTenSecondsRaiseTheThreshold) {
    calls(1000, Verdict::success);
    now += 9'999ms;
    calls(20, Verdict::failure);
    EXPECT_EQ(state(), State::closed);
    call(Verdict::failure);
    EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, InSeedModeFiveFailuresOpenItAtAnyVolume) {
    breaker = CircuitBreaker({.mode = BreakerOptions::Mode::seed});
    calls(5000, Verdict::success);
    calls(4, Verdict::failure);
    EXPECT_EQ(state(), State::closed);
    call(Verdict::failure);
    EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, HalfOfAHundredCallsFailingOpensIt) {
    for (int i = 0; i < 49; ++i) {
        call(Verdict::failure);
        call(Verdict::success);
    }
    call(Verdict::failure);  // the 99th call: 50 failures, but not yet 100 calls
    EXPECT_EQ(state(), State::closed);
    call(Verdict::success);
    EXPECT_EQ(state(), State::open);
    EXPECT_EQ(breaker.reason(), "failure_share");
}

TEST_F(CircuitBreakerTest, FewerThanHalfFailingDoesNot) {
    for (int i = 0; i < 49; ++i) {
        call(Verdict::failure);
        call(Verdict::success);
    }
    calls(2, Verdict::success);
    EXPECT_EQ(state(), State::closed);
}

TEST_F(CircuitBreakerTest, TheSharesForgetCallsAfterTenSeconds) {
    for (int i = 0; i < 49; ++i) {
        call(Verdict::failure);
        call(Verdict::success);
    }
    now += 10s;
    call(Verdict::failure);
    call(Verdict::success);
    EXPECT_EQ(state(), State::closed);
}

TEST_F(CircuitBreakerTest, NeutralCallsAreNoPartOfTheShares) {
    for (int i = 0; i < 49; ++i) {
        call(Verdict::failure);
        call(Verdict::success);
    }
    calls(100, Verdict::neutral);
    EXPECT_EQ(state(), State::closed);
    call(Verdict::failure);
    call(Verdict::success);
    EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, EightOfTenCallsSlowerThanFiveSecondsOpenIt) {
    for (int i = 0; i < 20; ++i) call(Verdict::success, 5s);  // not slower than 5 s
    for (int i = 0; i < 79; ++i) call(Verdict::success, 5'001ms);
    EXPECT_EQ(state(), State::closed);
    call(Verdict::success, 5'001ms);  // 80 of 100
    EXPECT_EQ(state(), State::open);
    EXPECT_EQ(breaker.reason(), "slow_calls");
}

TEST_F(CircuitBreakerTest, SevenOfTenCallsSlowDoNot) {
    for (int i = 0; i < 21; ++i) call(Verdict::success, 5s);
    for (int i = 0; i < 79; ++i) call(Verdict::success, 5'001ms);
    EXPECT_EQ(state(), State::closed);
}

// open

TEST_F(CircuitBreakerTest, AnOpenCircuitRefusesUntilSixtySecondsArePast) {
    trip();
    EXPECT_FALSE(breaker.admit(now));
    EXPECT_EQ(breaker.retry_after(now), 60s);
    now += 59'000ms;
    EXPECT_EQ(breaker.retry_after(now), 1s);
    now += 999ms;
    EXPECT_FALSE(breaker.admit(now));
    EXPECT_FALSE(breaker.trial_due(now));
    EXPECT_EQ(breaker.retry_after(now), 1s);
    now += 1ms;
    EXPECT_TRUE(breaker.trial_due(now));
    EXPECT_EQ(state(), State::open) << "it stays open until a call arrives";
    const auto permit = breaker.admit(now);
    ASSERT_TRUE(permit);
    EXPECT_TRUE(permit->trial);
    EXPECT_EQ(state(), State::half_open);
}

TEST_F(CircuitBreakerTest, RetryAfterIsRoundedUpToWholeSeconds) {
    trip();
    now += 1ms;
    EXPECT_EQ(breaker.retry_after(now), 60s);
    now += 999ms;
    EXPECT_EQ(breaker.retry_after(now), 59s);
}

TEST_F(CircuitBreakerTest, ALateOutcomeOfAnOlderGenerationChangesNothing) {
    const auto early = breaker.admit(now);
    const auto permit = trial();
    breaker.settle(*early, Verdict::success, now, now);
    EXPECT_EQ(state(), State::half_open);
    breaker.settle(*early, Verdict::failure, now, now);
    EXPECT_EQ(state(), State::half_open);
    EXPECT_FALSE(breaker.admit(now)) << "the trial is still out";
    breaker.settle(permit, Verdict::success, now, now);
    for (int i = 0; i < 10; ++i) breaker.settle(*early, Verdict::failure, now, now);
    EXPECT_EQ(state(), State::closed);
}

TEST_F(CircuitBreakerTest, LateFailuresDoNotProlongTheOpenTime) {
    const std::vector late(20, *breaker.admit(now));
    trip();
    const auto until = breaker.open_until(now);
    now += 30s;
    for (const auto& permit : late) breaker.settle(permit, Verdict::failure, now, now);
    EXPECT_EQ(breaker.open_until(now), until);
}

// half-open

TEST_F(CircuitBreakerTest, WhileTheTrialIsOutEveryOtherCallIsRefused) {
    trial();
    EXPECT_FALSE(breaker.admit(now));
    EXPECT_FALSE(breaker.trial_due(now));
    EXPECT_EQ(breaker.retry_after(now), 1s);
}

TEST_F(CircuitBreakerTest, ATrialThatSucceedsClosesIt) {
    recover();
    EXPECT_EQ(breaker.reason(), "");
    EXPECT_FALSE(breaker.trial_due(now));
    const auto permit = breaker.admit(now);
    ASSERT_TRUE(permit);
    EXPECT_FALSE(permit->trial);
}

TEST_F(CircuitBreakerTest, AClosedCircuitHasForgottenTheFailuresThatOpenedIt) {
    recover();
    calls(4, Verdict::failure);
    EXPECT_EQ(state(), State::closed);
    call(Verdict::failure);
    EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, AClosedCircuitHasForgottenTheSharesThatOpenedIt) {
    breaker = CircuitBreaker({.open = 1s});
    for (int i = 0; i < 50; ++i) {
        call(Verdict::failure);
        call(Verdict::success);
    }
    ASSERT_EQ(breaker.reason(), "failure_share");
    now += 1s;
    call(Verdict::success);  // the trial
    ASSERT_EQ(state(), State::closed);
    call(Verdict::failure);
    EXPECT_EQ(state(), State::closed);
}

TEST_F(CircuitBreakerTest, ATrialThatFailsOpensItForAnotherSixtySeconds) {
    const auto permit = trial();
    now += 2s;
    breaker.settle(permit, Verdict::failure, now, now);
    EXPECT_EQ(state(), State::open);
    EXPECT_EQ(breaker.reason(), "trial_failed");
    now += 59'999ms;
    EXPECT_FALSE(breaker.admit(now));
    now += 1ms;
    EXPECT_TRUE(breaker.admit(now));
}

TEST_F(CircuitBreakerTest, ANeutralTrialGivesItsPlaceToTheNextCall) {
    const auto permit = trial();
    breaker.settle(permit, Verdict::neutral, now, now);
    EXPECT_EQ(state(), State::half_open);
    EXPECT_TRUE(breaker.trial_due(now));
    const auto next = breaker.admit(now);
    ASSERT_TRUE(next);
    EXPECT_TRUE(next->trial);
    EXPECT_FALSE(breaker.admit(now));
}

TEST_F(CircuitBreakerTest, ATrialThatNeverStartedGivesItsPlaceToTheNextCall) {
    const auto permit = trial();
    breaker.give_back(permit, now);
    EXPECT_EQ(state(), State::half_open);
    const auto next = breaker.admit(now);
    ASSERT_TRUE(next);
    breaker.settle(*next, Verdict::success, now, now);
    EXPECT_EQ(state(), State::closed);
}

TEST_F(CircuitBreakerTest, ATrialThatWasGivenBackHasNoSecondWord) {
    const auto permit = trial();
    breaker.give_back(permit, now);
    breaker.settle(permit, Verdict::failure, now, now);
    EXPECT_EQ(state(), State::half_open);
    const auto next = breaker.admit(now);
    breaker.settle(permit, Verdict::success, now, now);
    EXPECT_EQ(state(), State::half_open) << "the next trial is not the first one";
    breaker.settle(*next, Verdict::success, now, now);
    EXPECT_EQ(state(), State::closed);
}

TEST_F(CircuitBreakerTest, ATrialOlderThanThirtySecondsOpensItAgainFromThatMoment) {
    trial();
    const auto began = now;
    now = began + 29'999ms;
    EXPECT_EQ(state(), State::half_open);
    now = began + 30s;
    EXPECT_EQ(state(), State::open);
    EXPECT_EQ(breaker.retry_after(now), 60s);
    EXPECT_FALSE(breaker.admit(now));
    EXPECT_EQ(breaker.reason(), "trial_timeout");
    now = began + 89'999ms;
    EXPECT_FALSE(breaker.admit(now));
    now = began + 90s;
    EXPECT_TRUE(breaker.admit(now));
}

TEST_F(CircuitBreakerTest, ATimedOutTrialNobodyNoticedIsNotPunishedTwice) {
    trial();
    const auto began = now;
    now = began + 90s;
    EXPECT_EQ(state(), State::open);
    EXPECT_EQ(breaker.open_until(now), began + 90s);
    EXPECT_TRUE(breaker.trial_due(now));
    EXPECT_EQ(breaker.retry_after(now), 1s);
    const auto next = breaker.admit(now);
    ASSERT_TRUE(next);
    EXPECT_TRUE(next->trial);
}

TEST_F(CircuitBreakerTest, TheLateSuccessOfATimedOutTrialDoesNotCloseIt) {
    const auto permit = trial();
    now += 30s;
    breaker.settle(permit, Verdict::success, now, now);
    EXPECT_EQ(state(), State::open);
}

TEST_F(CircuitBreakerTest, ATrialThatSucceedsJustInTimeClosesIt) {
    const auto permit = trial();
    now += 29'999ms;
    breaker.settle(permit, Verdict::success, now, now);
    EXPECT_EQ(state(), State::closed);
}

// slow start

TEST_F(CircuitBreakerTest, AfterClosingTheInFlightLimitDoublesWithEveryCleanSecond) {
    EXPECT_EQ(breaker.inflight_limit(now), 128U);
    recover();
    EXPECT_EQ(breaker.inflight_limit(now), 8U);
    EXPECT_EQ(breaker.inflight_limit(now + 999ms), 8U);
    EXPECT_EQ(breaker.inflight_limit(now + 1s), 16U);
    EXPECT_EQ(breaker.inflight_limit(now + 2s), 32U);
    EXPECT_EQ(breaker.inflight_limit(now + 3s), 64U);
    EXPECT_EQ(breaker.inflight_limit(now + 3'999ms), 64U);
    EXPECT_EQ(breaker.inflight_limit(now + 4s), 128U);
    EXPECT_EQ(breaker.inflight_limit(now + 1h), 128U);
}

TEST_F(CircuitBreakerTest, AFailureInSlowStartBeginsItsSecondAgain) {
    recover();
    now += 1'500ms;
    call(Verdict::failure);
    EXPECT_EQ(breaker.inflight_limit(now), 16U);
    EXPECT_EQ(breaker.inflight_limit(now + 999ms), 16U);
    EXPECT_EQ(breaker.inflight_limit(now + 1s), 32U);
}

TEST_F(CircuitBreakerTest, ASuccessInSlowStartDoesNotBeginItsSecondAgain) {
    recover();
    now += 1'500ms;
    call(Verdict::success);
    EXPECT_EQ(breaker.inflight_limit(now + 500ms), 32U);
}

TEST_F(CircuitBreakerTest, AnOpenCircuitDoesNotNarrowTheInFlightLimit) {
    recover();
    trip();
    EXPECT_EQ(breaker.inflight_limit(now), 128U);
}

// Random sequences of events against what must hold at any time.

TEST(CircuitBreakerProperty, NeverHasTwoTrialsOutAndNeverRefusesWithoutAWait) {
    int trials = 0;
    int refusals = 0;
    int closings = 0;
    for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
        test::SeededRandom random(seed);
        const auto below = [&](std::uint64_t n) { return random.bits() % n; };
        CircuitBreaker breaker;
        SteadyTime now{1000h};
        struct Out {
            Permit permit;
            SteadyTime started;
        };
        std::vector<Out> out;
        const auto failures_in_ten = below(11);
        for (int step = 0; step < 400; ++step) {
            now += milliseconds(below(3) == 0 ? below(20'000) : below(300));
            const auto before = breaker.state(now);
            if (!out.empty() && below(2) == 0) {
                const auto at = out.begin() + static_cast<std::ptrdiff_t>(below(out.size()));
                const bool neutral = below(5) == 0;
                const auto verdict = neutral                       ? Verdict::neutral
                                     : below(10) < failures_in_ten ? Verdict::failure
                                                                   : Verdict::success;
                breaker.settle(at->permit, verdict, at->started, now);
                out.erase(at);
                closings += before == State::half_open && breaker.state(now) == State::closed;
                continue;
            }
            const bool due = breaker.trial_due(now);
            const auto permit = breaker.admit(now);
            if (!permit) {
                ++refusals;
                ASSERT_NE(before, State::closed) << "seed " << seed;
                ASSERT_GE(breaker.retry_after(now), 1s) << "seed " << seed;
                ASSERT_LE(breaker.retry_after(now), 60s) << "seed " << seed;
                continue;
            }
            ASSERT_EQ(permit->trial, due) << "seed " << seed;
            ASSERT_EQ(permit->trial, before != State::closed) << "seed " << seed;
            if (permit->trial) {
                ++trials;
                const auto live =
                    std::ranges::count_if(out, [&](const Out& o) { return o.permit.trial && now - o.started < 30s; });
                ASSERT_EQ(live, 0) << "seed " << seed;
                ASSERT_TRUE(
                    std::ranges::none_of(out, [&](const Out& o) { return o.permit.generation == permit->generation; }))
                    << "seed " << seed;
            }
            out.push_back({*permit, now});
        }
    }
    // The sequences reach what they are about.
    EXPECT_GT(trials, 1'000);
    EXPECT_GT(refusals, 1'000);
    EXPECT_GT(closings, 500);
}

TEST(CircuitBreakerProperty, ATotalOutageLetsOneTrialThroughEverySixtySeconds) {
    CircuitBreaker breaker;
    SteadyTime now{1000h};
    int admitted = 0;
    for (const auto end = now + 1h; now < end; now += 6ms) {
        const auto permit = breaker.admit(now);
        if (!permit) continue;
        ++admitted;
        breaker.settle(*permit, Verdict::failure, now, now);
    }
    EXPECT_EQ(admitted, 5 + 59);  // the five that opened it, then at 60 s and on, not at 3600 s
}

}  // namespace
}  // namespace herald::resilience
