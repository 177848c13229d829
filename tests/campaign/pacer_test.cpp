#include "domain/campaign/pacer.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/manual_clock.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime zero{std::chrono::hours(1000)};

// When messages begin whose every moment is met late: by the wait for the next of slots `grid` apart.
std::vector<SteadyTime> beginnings(std::int64_t max_per_minute, std::chrono::nanoseconds grid, milliseconds during) {
    Pacer pacer;
    pacer.set(max_per_minute);
    std::vector<SteadyTime> out;
    for (auto now = zero; now < zero + during; now += grid) {
        if (pacer.due() > now) continue;
        pacer.take(now);
        out.push_back(now);
    }
    return out;
}

// The most that begin in any minute that is half open.
std::int64_t most_in_a_minute(const std::vector<SteadyTime>& times) {
    std::int64_t most = 0;
    auto first = times.begin();
    for (auto last = times.begin(); last != times.end(); ++last) {
        while (*last - *first >= 1min) ++first;
        most = std::max(most, last - first + 1);
    }
    return most;
}

TEST(Pacer, KeepsItsPaceWithinTwoPercentOverManyMinutesWhateverTheGridOfTheSlots) {
    for (const std::int64_t pace : {7, 60, 61, 100, 600, 2'500, 6'000, 9'000})
        for (const auto grid : {std::chrono::nanoseconds(1'000'000), std::chrono::nanoseconds(6'121'200)}) {
            const auto sent = beginnings(pace, grid, 10min);
            EXPECT_GE(static_cast<double>(sent.size()), 0.98 * 10.0 * static_cast<double>(pace)) << pace;
            EXPECT_LE(static_cast<double>(sent.size()), 1.02 * 10.0 * static_cast<double>(pace) + 1) << pace;
            EXPECT_LE(static_cast<double>(most_in_a_minute(sent)), 1.02 * static_cast<double>(pace)) << pace;
        }
}

TEST(Pacer, TheFirstMessageIsDueAtOnceAndTheSecondAnIntervalLater) {
    Pacer pacer;
    pacer.set(600);
    EXPECT_LE(pacer.due(), zero);
    pacer.take(zero);
    EXPECT_EQ(pacer.due(), zero + 100ms);
}

TEST(Pacer, ALongWaitIsNotMadeUpForBeyondHalfASecond) {
    Pacer pacer;
    pacer.set(600);
    pacer.take(zero);
    const auto later = zero + 5min;
    int at_once = 0;
    for (; pacer.due() <= later; ++at_once) pacer.take(later);
    EXPECT_EQ(at_once, 6);  // one that is due, and half a second's worth
}

TEST(Pacer, ASlowPaceMakesUpForNothing) {
    Pacer pacer;
    pacer.set(10);
    pacer.take(zero);
    pacer.take(zero + 8s);
    EXPECT_EQ(pacer.due(), zero + 14s);
}

TEST(Pacer, AChangeCountsFromTheLastMessage) {
    Pacer pacer;
    pacer.set(1);
    pacer.take(zero);
    EXPECT_EQ(pacer.due(), zero + 60s);
    pacer.set(60);
    EXPECT_EQ(pacer.due(), zero + 1s);
    pacer.set(std::nullopt);
    EXPECT_LE(pacer.due(), zero);
    pacer.take(zero + 10s);
    pacer.set(60);
    EXPECT_EQ(pacer.due(), zero + 11s);
}

TEST(Pacer, WhatWentOutBeforeARestartCounts) {
    Pacer pacer;
    pacer.set(1);
    pacer.sent_before(zero);
    EXPECT_EQ(pacer.due(), zero + 60s);
    pacer.sent_before(zero + 30s);  // known by now
    EXPECT_EQ(pacer.due(), zero + 60s);
}

TEST(Pacer, TwoSecondsWorthOfRowsAreClaimedAhead) {
    EXPECT_EQ(claimed_ahead(1), 1u);
    EXPECT_EQ(claimed_ahead(30), 1u);
    EXPECT_EQ(claimed_ahead(31), 2u);
    EXPECT_EQ(claimed_ahead(6'000), 200u);
    EXPECT_GT(claimed_ahead(std::nullopt), 1'000'000u);
}

}  // namespace
}  // namespace herald
