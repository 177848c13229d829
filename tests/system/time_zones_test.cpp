#include "adapters/system/time_zones.hpp"

#include <gtest/gtest.h>

namespace herald {
namespace {

std::string instant(const std::string& zone, std::string_view local) {
    static const SystemTimeZones zones;
    return to_rfc3339(zones.instant(zone, parse_timestamp(local)->local));
}

TEST(SystemTimeZones, KnowsIanaNamesAndNothingElse) {
    const SystemTimeZones zones;
    for (const auto* name : {"Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC", "Asia/Kathmandu"})
        EXPECT_TRUE(zones.known(name)) << name;
    for (const auto* name :
         {"", "localtime", "Europe", "europe/berlin", "Mars/Base", "../UTC", "Europe/Berlin ", "+01:00"})
        EXPECT_FALSE(zones.known(name)) << name;
}

TEST(SystemTimeZones, SummerAndWinterAreAnHourApart) {
    EXPECT_EQ(instant("Europe/Berlin", "2026-12-01T09:00:00"), "2026-12-01T08:00:00.000Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-07-01T09:00:00.25"), "2026-07-01T07:00:00.250Z");
    EXPECT_EQ(instant("Asia/Kathmandu", "2026-07-01T09:00:00"), "2026-07-01T03:15:00.000Z");
    EXPECT_EQ(instant("Europe/Berlin", "2036-07-01T09:00:00"), "2036-07-01T07:00:00.000Z");  // the last year taken
}

TEST(SystemTimeZones, ATimeThatTheClocksSkipIsTheFirstInstantAfterIt) {
    // 2027-03-28, 02:00 becomes 03:00
    EXPECT_EQ(instant("Europe/Berlin", "2027-03-28T01:59:59.999"), "2027-03-28T00:59:59.999Z");
    EXPECT_EQ(instant("Europe/Berlin", "2027-03-28T02:00:00"), "2027-03-28T01:00:00.000Z");
    EXPECT_EQ(instant("Europe/Berlin", "2027-03-28T02:59:59"), "2027-03-28T01:00:00.000Z");
    EXPECT_EQ(instant("Europe/Berlin", "2027-03-28T03:00:00"), "2027-03-28T01:00:00.000Z");
    EXPECT_EQ(instant("Australia/Lord_Howe", "2026-10-04T02:15:00"), "2026-10-03T15:30:00.000Z");  // half an hour
}

TEST(SystemTimeZones, ATimeThatTheClocksShowTwiceIsTheEarlierOne) {
    // 2026-10-25, 03:00 becomes 02:00
    EXPECT_EQ(instant("Europe/Berlin", "2026-10-25T02:00:00"), "2026-10-25T00:00:00.000Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-10-25T02:59:59"), "2026-10-25T00:59:59.000Z");
    EXPECT_EQ(instant("Europe/Berlin", "2026-10-25T03:00:00"), "2026-10-25T02:00:00.000Z");
    EXPECT_EQ(instant("America/New_York", "2026-11-01T01:30:00"), "2026-11-01T05:30:00.000Z");
}

TEST(SystemTimeZones, AnOffsetHoldsUntilTheNextChange) {
    const SystemTimeZones zones;
    const auto at = [](std::string_view text) { return *from_rfc3339(text); };
    const ZoneOffset summer{std::chrono::hours(2), at("2026-03-29T01:00:00Z"), at("2026-10-25T01:00:00Z")};
    EXPECT_EQ(zones.offset_at("Europe/Berlin", summer.from), summer);
    EXPECT_EQ(zones.offset_at("Europe/Berlin", summer.until - milliseconds(1)), summer);
    EXPECT_EQ(zones.offset_at("Europe/Berlin", summer.until).offset, std::chrono::hours(1));
    EXPECT_EQ(zones.offset_at("Africa/Monrovia", at("1971-06-01T00:00:00Z")).offset, -seconds(2670));
}

TEST(SystemTimeZones, WhatNeverChangesHoldsForEver) {
    const SystemTimeZones zones;
    const auto utc = zones.offset_at("Etc/UTC", WallTime{});
    EXPECT_EQ(utc.offset, seconds(0));
    EXPECT_LT(utc.from, WallTime{} - std::chrono::years(1'000));
    EXPECT_GT(utc.until, WallTime{} + std::chrono::years(1'000));
    EXPECT_THROW(zones.offset_at("Mars/Base", WallTime{}), std::invalid_argument);
}

}  // namespace
}  // namespace herald
