#include "domain/core/timestamp.hpp"

#include <gtest/gtest.h>

namespace herald {
namespace {

using namespace std::chrono_literals;

std::string instant(std::string_view text) {
    const auto parsed = parse_timestamp(text);
    if (!parsed) return "refused";
    return parsed->instant() ? to_rfc3339(*parsed->instant()) : "local";
}

TEST(Timestamp, AnOffsetMakesAnInstant) {
    EXPECT_EQ(instant("2026-12-01T09:00:00Z"), "2026-12-01T09:00:00.000Z");
    EXPECT_EQ(instant("2026-12-01t09:00:00.1239z"), "2026-12-01T09:00:00.123Z");
    EXPECT_EQ(instant("2026-12-01T09:00:00.5+01:00"), "2026-12-01T08:00:00.500Z");
    EXPECT_EQ(instant("2026-12-31T20:15:00-05:45"), "2027-01-01T02:00:00.000Z");
    EXPECT_EQ(instant("2028-02-29T00:00:00-00:00"), "2028-02-29T00:00:00.000Z");
}

TEST(Timestamp, WithoutOneItIsALocalTime) {
    EXPECT_EQ(instant("2026-12-01T09:00:00"), "local");
    EXPECT_EQ(instant("2026-12-01T09:00:00.250"), "local");
    const auto parsed = parse_timestamp("1970-01-02T00:00:01.5");
    EXPECT_EQ(parsed->local.time_since_epoch(), 24h + 1500ms);
}

TEST(Timestamp, WhatIsNoneIsRefused) {
    for (const auto* text : {"",
                             "2026-12-01",
                             "2026-12-01T09:00",
                             "2026-12-01T09:00Z",
                             "2026-12-01 09:00:00Z",
                             "2026-13-01T09:00:00Z",
                             "2026-02-29T09:00:00Z",
                             "2026-12-00T09:00:00Z",
                             "2026-12-01T24:00:00Z",
                             "2026-12-01T09:60:00Z",
                             "2026-12-01T09:00:60Z",
                             "2026-12-01T09:00:00.Z",
                             "2026-12-01T09:00:00.1234567890Z",
                             "2026-12-01T09:00:00+1:00",
                             "2026-12-01T09:00:00+01",
                             "2026-12-01T09:00:00+24:00",
                             "2026-12-01T09:00:00+01:60",
                             "2026-12-01T09:00:00Zx",
                             "20261201T090000Z",
                             "-026-12-01T09:00:00Z",
                             "2026-12-01T09:00:00 +01:00",
                             "soon"})
        EXPECT_EQ(instant(text), "refused") << text;
}

}  // namespace
}  // namespace herald
