#include "domain/core/backoff.hpp"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, WaitsOneTwoAndFourSecondsAndGivesUpAfterThreeRetries) {
    const Backoff backoff;
    EXPECT_EQ(backoff.next_wait(0, 0.0), 1s);
    EXPECT_EQ(backoff.next_wait(1, 0.0), 2s);
    EXPECT_EQ(backoff.next_wait(2, 0.0), 4s);
    EXPECT_EQ(backoff.next_wait(3, 0.0), std::nullopt);
    EXPECT_EQ(backoff.next_wait(4, 0.0), std::nullopt);
}

TEST(Backoff, StretchesAWaitByUpToAQuarterAndNeverShortensIt) {
    const Backoff backoff;
    EXPECT_EQ(backoff.next_wait(2, 0.5), 4'500ms);
    EXPECT_EQ(backoff.next_wait(2, 0.999'999), 4'999ms);
    test::SeededRandom random;
    for (int i = 0; i < 1'000; ++i) {
        const auto wait = backoff.next_wait(1, random.fraction());
        ASSERT_GE(wait, 2'000ms);
        ASSERT_LT(wait, 2'500ms);
    }
}

TEST(Backoff, NeverUndercutsWhatTheAnswerAskedFor) {
    const Backoff backoff;
    EXPECT_EQ(backoff.next_wait(0, 0.0, 999ms), 1s);
    EXPECT_EQ(backoff.next_wait(0, 0.0, 1'001ms), 1'001ms);
    EXPECT_EQ(backoff.next_wait(0, 0.5, 120s), 120s);
    EXPECT_EQ(backoff.next_wait(3, 0.0, 120s), std::nullopt);
}

}  // namespace
}  // namespace herald
