#include "domain/core/duration.hpp"

#include <gtest/gtest.h>

namespace herald {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsACountAndAUnit) {
    EXPECT_EQ(parse_duration("45s"), 45s);
    EXPECT_EQ(parse_duration("30m"), 30min);
    EXPECT_EQ(parse_duration("12h"), 12h);
    EXPECT_EQ(parse_duration("7d"), 168h);
    EXPECT_EQ(parse_duration("001m"), 1min);
    EXPECT_EQ(parse_duration("3650d"), longest_duration);
    EXPECT_EQ(parse_duration("315360000s"), longest_duration);
}

TEST(Duration, IsNothingElse) {
    for (const auto* text : {"", "s", "7", "0m", "000000s", "3651d", "315360001s", "4294967296s", "-1d", "+1d", "1.5h",
                             " 1h", "1h ", "1h30m", "1w", "1D", "1ms", "P1D"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Duration, MayBeTooLong) {
    for (const auto* text : {"3651d", "4000d", "315360001s", "4294967296s", "99999999999999d"})
        EXPECT_TRUE(exceeds_longest_duration(text)) << text;
    for (const auto* text : {"", "d", "3650d", "0d", "0000d", "4000", "4000w", "-4000d", "+4000d", "4000.5d", "4000 d"})
        EXPECT_FALSE(exceeds_longest_duration(text)) << text;
}

}  // namespace
}  // namespace herald
