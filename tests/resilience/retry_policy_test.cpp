#include "adapters/resilience/retry_policy.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/manual_clock.hpp"

namespace herald::resilience {
namespace {

using namespace std::chrono_literals;

http::Outcome answer(int status) {
    return http::Reply{status, {}, {}};
}
http::Outcome failed(http::Phase phase) {
    return std::unexpected(http::Failure{phase, ""});
}

TEST(AfterAnAttempt, WhatMayHaveBeenExecutedIsRepeatedOnlyByConsent) {
    for (const auto& outcome : {answer(408), answer(500), answer(503), failed(http::Phase::response)}) {
        EXPECT_TRUE(ambiguous(outcome));
        EXPECT_EQ(after_attempt(outcome, Repeat::unless_ambiguous), AfterAttempt::stop);
        EXPECT_EQ(after_attempt(outcome, Repeat::after_any_failure), AfterAttempt::retry);
    }
    for (const auto& outcome : {answer(429), failed(http::Phase::connect), failed(http::Phase::write)}) {
        EXPECT_FALSE(ambiguous(outcome));
        EXPECT_NE(after_attempt(outcome, Repeat::unless_ambiguous), AfterAttempt::stop);
    }
    EXPECT_FALSE(ambiguous(answer(404)));
    EXPECT_FALSE(ambiguous(failed(http::Phase::refused)));
}

TEST(AfterASafeAttempt, TransportFailuresAreRetriedButNotOurOwnRefusals) {
    for (const auto phase :
         {http::Phase::resolve, http::Phase::connect, http::Phase::tls, http::Phase::write, http::Phase::response})
        EXPECT_EQ(after_attempt(failed(phase), Repeat::after_any_failure), AfterAttempt::retry);
    EXPECT_EQ(after_attempt(failed(http::Phase::refused), Repeat::after_any_failure), AfterAttempt::stop);
}

TEST(AfterASafeAttempt, TheStatusDecides) {
    for (const int status : {408, 500, 501, 502, 503, 504, 520, 599})
        EXPECT_EQ(after_attempt(answer(status), Repeat::after_any_failure), AfterAttempt::retry) << status;
    for (const int status : {200, 202, 204, 301, 400, 401, 402, 403, 404, 407, 409, 410, 415, 422, 423, 428, 430, 499})
        EXPECT_EQ(after_attempt(answer(status), Repeat::after_any_failure), AfterAttempt::stop) << status;
    EXPECT_EQ(after_attempt(answer(429), Repeat::after_any_failure), AfterAttempt::retry_when_paced);
}

TEST(Verdict, OfAnOutcomeFollowsTheTableOfTheBreaker) {
    for (const auto phase :
         {http::Phase::resolve, http::Phase::connect, http::Phase::tls, http::Phase::write, http::Phase::response})
        EXPECT_EQ(judge(failed(phase)), Verdict::failure);
    EXPECT_EQ(judge(failed(http::Phase::refused)), Verdict::neutral);
    for (const int status : {408, 500, 502, 503, 504, 520, 599})
        EXPECT_EQ(judge(answer(status)), Verdict::failure) << status;
    for (const int status : {401, 402, 403, 429}) EXPECT_EQ(judge(answer(status)), Verdict::neutral) << status;
    for (const int status : {200, 202, 301, 400, 404, 409, 410, 422, 499})
        EXPECT_EQ(judge(answer(status)), Verdict::success) << status;
}

TEST(RetryBudget, HoldsThirtyRetriesWithoutTraffic) {
    RetryBudget budget;
    const SteadyTime now{1000h};
    for (int i = 0; i < 30; ++i) EXPECT_TRUE(budget.try_retry(now));
    EXPECT_FALSE(budget.try_retry(now));
}

TEST(RetryBudget, GrowsByOneForEveryFiveFirstAttempts) {
    RetryBudget budget;
    const SteadyTime now{1000h};
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(budget.try_retry(now));
    for (int i = 0; i < 4; ++i) budget.first_attempt(now);
    EXPECT_FALSE(budget.try_retry(now));
    budget.first_attempt(now);
    EXPECT_TRUE(budget.try_retry(now));
    EXPECT_FALSE(budget.try_retry(now));
}

TEST(RetryBudget, ForgetsDepositsAndCostsAfterTenSeconds) {
    RetryBudget budget;
    SteadyTime now{1000h};
    for (int i = 0; i < 1'000; ++i) budget.first_attempt(now);
    EXPECT_DOUBLE_EQ(budget.tokens(now), 230.0);
    EXPECT_DOUBLE_EQ(budget.tokens(now + 9'999ms), 230.0);
    EXPECT_DOUBLE_EQ(budget.tokens(now + 10s), 30.0);
    now += 20s;
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(budget.try_retry(now));
    EXPECT_FALSE(budget.try_retry(now + 9'999ms));
    EXPECT_TRUE(budget.try_retry(now + 10s));
}

// P12: over the 10 s before any retry, retries are at most a fifth of the first attempts and 30.
TEST(RetryBudgetProperty, RetriesAreAtMostAFifthOfFirstAttemptsAndThreeASecond) {
    int at_the_limit = 0;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        test::SeededRandom random(seed);
        RetryBudget budget;
        std::vector<SteadyTime> firsts;
        std::vector<SteadyTime> retries;
        const auto lately = [](const std::vector<SteadyTime>& times, SteadyTime now) {
            return static_cast<double>(std::ranges::count_if(times, [&](SteadyTime t) { return t > now - 10s; }));
        };
        SteadyTime now{1000h};
        for (int step = 0; step < 2'000; ++step) {
            now += milliseconds(random.bits() % 40);
            if (random.bits() % 2 == 0) {
                budget.first_attempt(now);
                firsts.push_back(now);
            } else if (budget.try_retry(now)) {
                retries.push_back(now);
                ASSERT_LE(lately(retries, now), 30.0 + 0.2 * lately(firsts, now) + 1e-6) << "seed " << seed;
            } else {
                ++at_the_limit;
            }
        }
    }
    EXPECT_GT(at_the_limit, 1'000);
}

}  // namespace
}  // namespace herald::resilience
