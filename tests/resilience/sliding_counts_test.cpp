#include "adapters/resilience/sliding_counts.hpp"

#include <gtest/gtest.h>

namespace herald::resilience {
namespace {

using namespace std::chrono_literals;

TEST(SlidingCounts, CountsAnEntryUnderEachOfItsKindsUntilTheWindowHasPassed) {
    SlidingCounts<2> counts(10s);
    const SteadyTime now{1000h};
    counts.add(0b01, now);
    counts.add(0b11, now + 1ms);
    EXPECT_EQ(counts.count(0, now + 1ms), 2U);
    EXPECT_EQ(counts.count(1, now + 1ms), 1U);
    EXPECT_EQ(counts.count(0, now + 9'999ms), 2U);
    EXPECT_EQ(counts.count(0, now + 10s), 1U);
    EXPECT_EQ(counts.count(1, now + 10s), 1U);
    EXPECT_EQ(counts.count(1, now + 10'001ms), 0U);
}

TEST(SlidingCounts, HoldsOnlyTheWindowThoughNobodyAsks) {
    SlidingCounts<1> counts(10s);
    for (int i = 0; i < 1'000; ++i) counts.add(1, SteadyTime{1000h} + seconds(i));
    EXPECT_EQ(counts.size(), 10U);
}

TEST(SlidingCounts, ClearedIsEmpty) {
    SlidingCounts<1> counts(10s);
    const SteadyTime now{1000h};
    counts.add(1, now);
    counts.clear();
    EXPECT_EQ(counts.count(0, now), 0U);
    EXPECT_EQ(counts.size(), 0U);
}

}  // namespace
}  // namespace herald::resilience
