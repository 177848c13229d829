#include "domain/automation/cron.hpp"

#include <gtest/gtest.h>

#include "adapters/system/time_zones.hpp"
#include "domain/automation/local_time.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;
using Fires = std::vector<std::string>;

const SystemTimeZones& zones() {
    static const SystemTimeZones out;
    return out;
}

CronRule rule(std::string_view text) {
    const auto out = parse_cron(text);
    EXPECT_TRUE(out) << text << ": " << (out ? "" : out.error());
    return out.value_or(CronRule{});
}

std::string wrong(std::string_view text) {
    const auto out = parse_cron(text);
    return out ? "taken" : out.error();
}

WallTime at(std::string_view text) {
    return from_rfc3339(text).value();
}

// "2026-03-29T01:00Z", seconds only where there are some.
std::string shown(WallTime time) {
    const auto text = to_rfc3339(time);
    EXPECT_EQ(text.substr(19), ".000Z");
    return text.substr(0, text.substr(16, 3) == ":00" ? 16 : 19) + "Z";
}

Fires fires(std::string_view text, const std::string& zone, std::string_view after, std::size_t count) {
    Fires out;
    auto last = at(after);
    while (out.size() < count) {
        const auto next = next_fire(rule(text), zone, zones(), last);
        if (!next) break;
        EXPECT_GT(*next, last);
        out.push_back(shown(*next));
        last = *next;
    }
    return out;
}

TEST(Cron, ReadsEveryFormOfAField) {
    EXPECT_EQ(rule("0 0 1 1 0"),
              (CronRule{.minutes = 1, .hours = 1, .days = 2, .months = 2, .weekdays = 1, .either_day = true}));
    EXPECT_EQ(rule("*/20 1,3-5 * * *").minutes, 1ULL | 1ULL << 20U | 1ULL << 40U);
    EXPECT_EQ(rule("*/20 1,3-5 * * *").hours, 0b111010U);
    EXPECT_EQ(rule("10-50/20,5 * * * *").minutes, 1ULL << 5U | 1ULL << 10U | 1ULL << 30U | 1ULL << 50U);
    EXPECT_EQ(rule("* * * JAN,mar-May *").months, 0b111010U);
    EXPECT_EQ(rule("* * * * Mon-FRI").weekdays, 0b0111110U);
    EXPECT_EQ(rule("* * * * 5-7").weekdays, 0b1100001U);
    EXPECT_EQ(rule("* * * * fri-sun").weekdays, 0b1100001U);
    EXPECT_EQ(rule("* * * * sun-tue").weekdays, 0b0000111U);
    EXPECT_EQ(rule("* * * * 7"), rule("* * * * 0"));
    EXPECT_EQ(rule("  0\t9  * * *  "), rule("0 9 * * *"));
    EXPECT_EQ(rule("* * * * *").days, 0xffff'fffeU);
}

TEST(Cron, RemembersWhatDependsOnAStar) {
    EXPECT_TRUE(rule("* */2 * * *").follows_clock);
    EXPECT_TRUE(rule("0 *,5 * * *").follows_clock);
    EXPECT_FALSE(rule("* 0-23 * * *").follows_clock);
    EXPECT_TRUE(rule("0 0 1 * 1").either_day);
    EXPECT_FALSE(rule("0 0 */2 * 1").either_day);
    EXPECT_FALSE(rule("0 0 1 * */2").either_day);
}

TEST(Cron, MacrosAreTheirFields) {
    EXPECT_EQ(rule("@hourly"), rule("0 * * * *"));
    EXPECT_EQ(rule("@daily"), rule("0 0 * * *"));
    EXPECT_EQ(rule("@midnight"), rule("0 0 * * *"));
    EXPECT_EQ(rule("@weekly"), rule("0 0 * * sun"));
    EXPECT_EQ(rule("@monthly"), rule("0 0 1 * *"));
    EXPECT_EQ(rule("@yearly"), rule("0 0 1 jan *"));
    EXPECT_EQ(rule(" @annually "), rule("@yearly"));
}

TEST(Cron, SaysOfEveryFieldWhatIsWrong) {
    EXPECT_EQ(wrong("60 9 * * *"), "minute: 60 is not within 0-59");
    EXPECT_EQ(wrong("0 24 0 13 8"),
              "hour: 24 is not within 0-23; day of month: 0 is not within 1-31; month: 13 is not within 1-12; "
              "day of week: 8 is not within 0-7");
    EXPECT_EQ(wrong("0 9 * foo *"), "month: \"foo\" is no number and no name");
    EXPECT_EQ(wrong("x 9 * * *"), "minute: \"x\" is no number");
    EXPECT_EQ(wrong("0 22-2 * * *"), "hour: \"22-2\" goes backwards: write it as two ranges");
    EXPECT_EQ(wrong("0 9 * * 6-0"), "day of week: \"6-0\" goes backwards: write it as two ranges");
    EXPECT_EQ(wrong("5/10 9 * * *"), "minute: \"5/10\": a step needs `*` or a range before it");
    EXPECT_EQ(wrong("*/0 9 * * *"), "minute: the step \"0\" is no number from 1 on");
    EXPECT_EQ(wrong("*/90 9 * * *"), "minute: the step 90 is longer than the whole field, 60");
    EXPECT_EQ(wrong("*/ 9 * * *"), "minute: the step \"\" is no number from 1 on");
    for (const auto* text : {"1, 9 * * *", ",1 9 * * *", "1,,2 9 * * *", "-5 9 * * *", "5- 9 * * *"})
        EXPECT_EQ(wrong(text), "minute: a value is missing") << text;
    EXPECT_EQ(wrong("99999999999 9 * * *"), "minute: \"99999999999\" is no number");
    EXPECT_EQ(wrong("0 0 L * *"), "day of month: \"L\" is no number");
}

TEST(Cron, RefusesOtherDialectsByName) {
    EXPECT_TRUE(wrong("@reboot").starts_with("@reboot is not taken")) << wrong("@reboot");
    EXPECT_TRUE(wrong("@every 5m").starts_with("2 fields where five are needed")) << wrong("@every 5m");
    EXPECT_TRUE(wrong("@noon").contains("there are @hourly, @daily")) << wrong("@noon");
    EXPECT_TRUE(wrong("0 0 9 * * *").contains("none for seconds")) << wrong("0 0 9 * * *");
    EXPECT_TRUE(wrong("").starts_with("0 fields"));
    EXPECT_TRUE(wrong("0 9 * *").starts_with("4 fields"));
    EXPECT_TRUE(wrong(std::string(513, '*')).starts_with("513 bytes"));
}

TEST(Cron, FiresStrictlyAfterTheInstant) {
    EXPECT_EQ(fires("30 9 * * *", "UTC", "2026-11-23T09:29:59.999Z", 1), (Fires{"2026-11-23T09:30Z"}));
    EXPECT_EQ(fires("30 9 * * *", "UTC", "2026-11-23T09:30:00Z", 1), (Fires{"2026-11-24T09:30Z"}));
    EXPECT_EQ(fires("* * * * *", "UTC", "2026-11-23T09:30:00.001Z", 2),
              (Fires{"2026-11-23T09:31Z", "2026-11-23T09:32Z"}));
    EXPECT_EQ(fires("0 9 * * mon-fri", "Europe/Berlin", "2026-11-27T12:00:00Z", 1), (Fires{"2026-11-30T08:00Z"}));
}

TEST(Cron, EitherDayIsEnoughWhenBothAreRestricted) {
    // 2026-02-13 is a Friday.
    EXPECT_EQ(fires("0 0 13 * 5", "UTC", "2026-02-07T00:00:00Z", 3),
              (Fires{"2026-02-13T00:00Z", "2026-02-20T00:00Z", "2026-02-27T00:00Z"}));
    EXPECT_EQ(fires("0 0 14 * fri", "UTC", "2026-02-07T00:00:00Z", 3),
              (Fires{"2026-02-13T00:00Z", "2026-02-14T00:00Z", "2026-02-20T00:00Z"}));
    EXPECT_EQ(fires("0 0 */13 * fri", "UTC", "2026-02-07T00:00:00Z", 2),
              (Fires{"2026-02-27T00:00Z", "2026-03-27T00:00Z"}));  // the 1st, 14th and 27th, if Friday
}

TEST(Cron, WhatNeverFiresIsFoundOut) {
    EXPECT_EQ(next_fire(rule("0 0 30 2 *"), "Europe/Berlin", zones(), at("1970-01-01T00:00:00Z")), std::nullopt);
    EXPECT_EQ(next_fire(rule("* * 31 4,6,9,11 *"), "Europe/Berlin", zones(), at("1970-01-01T00:00:00Z")), std::nullopt);
    EXPECT_EQ(fires("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", 9),
              (Fires{"2028-02-29T00:00Z", "2032-02-29T00:00Z", "2036-02-29T00:00Z"}));
}

TEST(Cron, NothingFiresFrom2037On) {
    EXPECT_EQ(fires("0 * * * *", "UTC", "2036-12-31T22:00:00Z", 9), (Fires{"2036-12-31T23:00Z"}));
    EXPECT_EQ(fires("0 0 * * *", "America/New_York", "2036-12-31T00:00:00Z", 9), (Fires{"2036-12-31T05:00Z"}));
    EXPECT_EQ(fires("0 0 1 1 *", "Pacific/Kiritimati", "2036-06-01T00:00:00Z", 9), (Fires{"2036-12-31T10:00Z"}));
    EXPECT_EQ(next_fire(rule("* * * * *"), "UTC", zones(), WallTime::max()), std::nullopt);
    EXPECT_EQ(next_fire(rule("* * * * *"), "UTC", zones(), WallTime::min()), at("1970-01-01T00:00:00Z"));
}

struct Change {
    std::string_view what;
    std::string_view rule;
    const char* zone;
    std::string_view after;
    Fires fires;
};

const std::vector<Change> changes{
    {"a skipped time is made up for after the gap",
     "30 2 * * *",
     "Europe/Berlin",
     "2027-03-27T12:00:00Z",
     {"2027-03-28T01:00Z", "2027-03-29T00:30Z"}},
    {"several skipped times fire once, together with the hour after them",
     "*/15 2,3 * * *",
     "Europe/Berlin",
     "2027-03-27T12:00:00Z",
     {"2027-03-28T01:00Z", "2027-03-28T01:15Z"}},
    {"a star follows the clock over a gap",
     "30 * * * *",
     "Europe/Berlin",
     "2027-03-28T00:00:00Z",
     {"2027-03-28T00:30Z", "2027-03-28T01:30Z"}},
    {"a step of a star does not make up for a skipped hour",
     "0 */2 * * *",
     "Europe/Berlin",
     "2027-03-27T23:30:00Z",
     {"2027-03-28T02:00Z"}},
    {"a time shown twice fires at the earlier showing",
     "30 2 * * *",
     "Europe/Berlin",
     "2026-10-24T12:00:00Z",
     {"2026-10-25T00:30Z", "2026-10-26T01:30Z"}},
    {"in the second showing nothing is left of the hour",
     "*/10 2 * * *",
     "Europe/Berlin",
     "2026-10-25T00:50:00Z",
     {"2026-10-26T01:00Z"}},
    {"asked during the second showing", "30 2,3 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", {"2026-10-25T02:30Z"}},
    {"the end of the overlap is not part of it",
     "0 3 * * *",
     "Europe/Berlin",
     "2026-10-25T01:10:00Z",
     {"2026-10-25T02:00Z"}},
    {"a star fires at both showings",
     "30 * * * *",
     "Europe/Berlin",
     "2026-10-25T00:00:00Z",
     {"2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-25T02:30Z"}},
    {"half an hour skipped", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", {"2026-10-03T15:30Z"}},
    {"half an hour skipped, and a star",
     "*/15 * * * *",
     "Australia/Lord_Howe",
     "2026-10-03T15:10:00Z",
     {"2026-10-03T15:15Z", "2026-10-03T15:30Z", "2026-10-03T15:45Z"}},
    {"half an hour shown twice",
     "45 1 * * *",
     "Australia/Lord_Howe",
     "2027-04-03T12:00:00Z",
     {"2027-04-03T14:45Z", "2027-04-04T15:15Z"}},
    {"a whole day skipped",
     "0 9 * * *",
     "Pacific/Apia",
     "2011-12-29T12:00:00Z",
     {"2011-12-29T19:00Z", "2011-12-30T10:00Z", "2011-12-30T19:00Z"}},
    {"a whole day skipped, and a star",
     "0 */12 * * *",
     "Pacific/Apia",
     "2011-12-29T12:00:00Z",
     {"2011-12-29T22:00Z", "2011-12-30T10:00Z", "2011-12-30T22:00Z"}},
    {"the day of the month that was skipped",
     "0 9 30 12 *",
     "Pacific/Apia",
     "2011-06-01T00:00:00Z",
     {"2011-12-30T10:00Z", "2012-12-29T19:00Z"}},
    {"no midnight in Beirut",
     "0 0 * * *",
     "Asia/Beirut",
     "2026-03-27T23:00:00Z",
     {"2026-03-28T22:00Z", "2026-03-29T21:00Z"}},
    {"no midnight in Cairo",
     "0 0 * * *",
     "Africa/Cairo",
     "2026-04-23T12:00:00Z",
     {"2026-04-23T22:00Z", "2026-04-24T21:00Z"}},
    {"no midnight in Sao Paulo",
     "0 0 * * *",
     "America/Sao_Paulo",
     "2018-11-03T12:00:00Z",
     {"2018-11-04T03:00Z", "2018-11-05T02:00Z"}},
    {"two midnights in Sao Paulo: 23:00 is shown twice",
     "0 23,0 * * *",
     "America/Sao_Paulo",
     "2019-02-16T12:00:00Z",
     {"2019-02-17T01:00Z", "2019-02-17T03:00Z"}},
    {"no midnight in Asuncion",
     "@daily",
     "America/Asuncion",
     "2023-09-30T12:00:00Z",
     {"2023-10-01T04:00Z", "2023-10-02T03:00Z"}},
    {"offsets to the second",
     "0 * * * *",
     "Africa/Monrovia",
     "1972-01-06T23:00:00Z",
     {"1972-01-06T23:44:30Z", "1972-01-07T01:00Z"}},
    {"a gap that ends within a minute",
     "*/10 0 * * *",
     "Africa/Monrovia",
     "1972-01-06T23:00:00Z",
     {"1972-01-07T00:44:30Z", "1972-01-07T00:50Z", "1972-01-08T00:00Z"}},
};

TEST(Cron, KeepsItsRuleWhenTheClocksAreChanged) {
    for (const auto& [what, text, zone, after, expected] : changes)
        EXPECT_EQ(fires(text, zone, after, expected.size()), expected) << what;
}

TEST(LocalTime, ReadsHoursAndMinutes) {
    EXPECT_EQ(parse_time_of_day("00:00"), 0min);
    EXPECT_EQ(parse_time_of_day("09:30"), 9h + 30min);
    EXPECT_EQ(parse_time_of_day("23:59"), 23h + 59min);
    for (const auto* text : {"", "9:30", "24:00", "12:60", "12-30", "12:3a", " 9:30", "12:30:00", "+9:30"})
        EXPECT_EQ(parse_time_of_day(text), std::nullopt) << text;
}

std::string next(const std::string& zone, std::chrono::minutes of_day, std::string_view after) {
    return shown(next_local_time(zone, of_day, zones(), at(after)));
}

TEST(LocalTime, IsTheNextShowingOfThatTimeOfDay) {
    EXPECT_EQ(next("Europe/Berlin", 9h, "2026-11-23T07:59:59.999Z"), "2026-11-23T08:00Z");
    EXPECT_EQ(next("Europe/Berlin", 9h, "2026-11-23T08:00:00Z"), "2026-11-24T08:00Z");
    EXPECT_EQ(next("Europe/Berlin", 2h + 30min, "2027-03-27T12:00:00Z"), "2027-03-28T01:00Z");
    EXPECT_EQ(next("Europe/Berlin", 2h + 30min, "2026-10-24T12:00:00Z"), "2026-10-25T00:30Z");
    EXPECT_EQ(next("Europe/Berlin", 2h + 30min, "2026-10-25T00:30:00Z"), "2026-10-26T01:30Z");
    EXPECT_EQ(next("Pacific/Apia", 9h, "2011-12-29T19:00:00Z"), "2011-12-30T10:00Z");
    EXPECT_EQ(next("Asia/Beirut", 0h, "2026-03-27T23:00:00Z"), "2026-03-28T22:00Z");
    EXPECT_EQ(next("UTC", 9h, "2050-01-01T09:00:00Z"), "2050-01-02T09:00Z");
}

}  // namespace
}  // namespace herald
