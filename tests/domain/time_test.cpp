// Times as people write them.

#include "domain/core/time.hpp"

#include <gtest/gtest.h>

namespace herald {
namespace {

TEST(Rfc3339, WhatIsWrittenIsRead) {
    const WallTime time{milliseconds{1'795'459'467'123}};
    EXPECT_EQ(to_rfc3339(time), "2026-11-23T18:44:27.123Z");
    EXPECT_EQ(from_rfc3339(to_rfc3339(time)), time);
}

TEST(Rfc3339, TakesEveryFormOfTheSameMoment) {
    const auto moment = from_rfc3339("2026-11-23T18:34:27Z");
    ASSERT_TRUE(moment);
    for (const auto* text :
         {"2026-11-23t18:34:27z", "2026-11-23T18:34:27.0Z", "2026-11-23T19:34:27+01:00", "2026-11-24T00:04:27+05:30",
          "2026-11-23T13:34:27-05:00", "2026-11-23T18:34:27.000999999Z"})
        EXPECT_EQ(from_rfc3339(text), moment) << text;
    EXPECT_EQ(from_rfc3339("2026-11-23T18:34:27.5Z"), *moment + milliseconds{500});
    EXPECT_EQ(from_rfc3339("2026-11-23T18:34:27.12Z"), *moment + milliseconds{120});
    EXPECT_EQ(from_rfc3339("2026-11-23T18:34:27.1239Z"), *moment + milliseconds{123});
    EXPECT_TRUE(from_rfc3339("2028-02-29T00:00:00Z"));
}

TEST(Rfc3339, RefusesWhatIsNoSuchTime) {
    for (const auto* text : {"",
                             "2026-11-23",
                             "2026-11-23 18:34:27Z",
                             "2026-11-23T18:34:27",
                             "2026-11-23T18:34Z",
                             "2026-02-29T00:00:00Z",
                             "2026-13-01T00:00:00Z",
                             "2026-00-01T00:00:00Z",
                             "2026-11-31T00:00:00Z",
                             "2026-11-23T24:00:00Z",
                             "2026-11-23T18:60:00Z",
                             "2026-11-23T18:34:60Z",
                             "2026-11-23T18:34:27.Z",
                             "2026-11-23T18:34:27Zx",
                             "2026-11-23T18:34:27+1:00",
                             "2026-11-23T18:34:27+24:00",
                             "2026-11-23T18:34:27 01:00",
                             "-026-11-23T18:34:27Z",
                             "2026-11-23T18:34:+7Z",
                             "1700000000"})
        EXPECT_FALSE(from_rfc3339(text)) << text;
}

}  // namespace
}  // namespace herald
