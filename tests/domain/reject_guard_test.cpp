#include "domain/campaign/reject_guard.hpp"

#include <gtest/gtest.h>

namespace herald {
namespace {

struct RejectGuardTest : testing::Test {
    RejectGuard guard;
    bool last = false;

    void note(int count, bool refused) {
        for (int i = 0; i < count; ++i) last = guard.note(refused);
    }
    // `refused` of every `of` deliveries, never many in a row; true if any of them asked for a pause.
    bool mix(int total, int refused, int of) {
        bool any = false;
        for (int i = 0; i < total; ++i) any |= guard.note(i % of < refused);
        return any;
    }
};

TEST_F(RejectGuardTest, PausesWithTheFiftiethRefusalInARow) {
    note(49, true);
    EXPECT_FALSE(last);
    note(1, true);
    EXPECT_TRUE(last);
}

TEST_F(RejectGuardTest, AnythingElseInBetweenStartsTheRowAgain) {
    note(49, true);
    note(1, false);
    note(49, true);
    EXPECT_FALSE(last);
    note(1, true);
    EXPECT_TRUE(last);
}

TEST_F(RejectGuardTest, PausesAtAFifthOfTheLastFiveHundredButNotBeforeItHasSeenThem) {
    EXPECT_FALSE(mix(499, 1, 5));  // 100 of 499 refused: more than a fifth, but too few seen
    EXPECT_TRUE(guard.note(false));
}

TEST_F(RejectGuardTest, DoesNotPauseJustBelowAFifth) {
    note(1, false);
    EXPECT_FALSE(mix(495, 1, 5));  // 99 refused
    note(4, false);
    EXPECT_FALSE(last);
    note(1, true);  // the oldest left: 100 of the last 500
    EXPECT_TRUE(last);
}

TEST_F(RejectGuardTest, LetsACampaignRunThatIsRefusedEverySixthTime) {
    EXPECT_FALSE(mix(5'000, 1, 6));
}

TEST_F(RejectGuardTest, ForgetsWhatIsOlderThanTheLastFiveHundred) {
    note(49, true);
    note(1, false);
    note(49, true);
    note(401, false);  // 98 of the last 500
    EXPECT_FALSE(last);
    note(49, false);  // the first 49 leave
    note(49, true);
    EXPECT_FALSE(last) << "49 + 49 of the last 500, not 147";
    note(1, false);
    note(1, true);
    EXPECT_FALSE(last);
}

TEST_F(RejectGuardTest, GoesOnAskingWhileTheShareIsTooHigh) {
    mix(500, 1, 5);
    EXPECT_TRUE(guard.note(true));
    EXPECT_TRUE(guard.note(true));
    RejectGuard fresh;
    EXPECT_FALSE(fresh.note(true)) << "a resumed campaign starts anew";
}

}  // namespace
}  // namespace herald
