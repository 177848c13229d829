#include "adapters/resilience/retry_after.hpp"

#include <string>

#include <gtest/gtest.h>

namespace herald::resilience {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

// RFC 9110's own example: 1994-11-06 08:49:37 UTC.
constexpr WallTime example{sys_days{std::chrono::year{1994} / 11 / 6} + 8h + 49min + 37s};
constexpr WallTime now{sys_days{std::chrono::year{2026} / 11 / 23} + 10h};

TEST(HttpDate, IsReadInItsThreeForms) {
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", now), example);
    EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now), example);
    EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", now), example);
    EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994", now), example + std::chrono::days(10));
    EXPECT_EQ(parse_http_date("  Sun, 06 Nov 1994 08:49:37 GMT\t", now), example);
}

TEST(HttpDate, KnowsLeapDaysAndLeapSeconds) {
    EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 00:00:00 GMT", now),
              WallTime{sys_days{std::chrono::year{2024} / 2 / 29}});
    EXPECT_EQ(parse_http_date("Wed, 29 Feb 2023 00:00:00 GMT", now), std::nullopt);
    EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", now),
              WallTime{sys_days{std::chrono::year{2017} / 1 / 1}});
    EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:61 GMT", now), std::nullopt);
}

TEST(HttpDate, TakesATwoDigitYearAsAtMostFiftyYearsAhead) {
    EXPECT_EQ(parse_http_date("Monday, 23-Nov-76 10:00:00 GMT", now),
              WallTime{sys_days{std::chrono::year{2076} / 11 / 23} + 10h});
    EXPECT_EQ(parse_http_date("Tuesday, 23-Nov-77 10:00:00 GMT", now),
              WallTime{sys_days{std::chrono::year{1977} / 11 / 23} + 10h});
    const WallTime in_1999{sys_days{std::chrono::year{1999} / 12 / 31}};
    EXPECT_EQ(parse_http_date("Saturday, 01-Jan-00 00:00:00 GMT", in_1999),
              WallTime{sys_days{std::chrono::year{2000} / 1 / 1}});
}

class NotAnHttpDate : public testing::TestWithParam<std::string> {};

TEST_P(NotAnHttpDate, IsRefused) {
    EXPECT_EQ(parse_http_date(GetParam(), now), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Texts, NotAnHttpDate,
                         testing::Values("", "soon", "7", "2026-11-23T10:00:00Z", "Sun, 06 Nov 1994 08:49:37",
                                         "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 6 Nov 1994 08:49:37 GMT",
                                         "Sun, 06 nov 1994 08:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT",
                                         "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
                                         "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
                                         "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMTx",
                                         "Sun, 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
                                         "Sun, 06 Nov 1994 -8:49:37 GMT"));

TEST(RetryAfter, InSecondsIsTakenAsItIs) {
    EXPECT_EQ(parse_retry_after("0", {}, now), 0ms);
    EXPECT_EQ(parse_retry_after("7", {}, now), 7s);
    EXPECT_EQ(parse_retry_after("120", {}, now), 120s);
    EXPECT_EQ(parse_retry_after(" \t120\r\n", {}, now), 120s);
    EXPECT_EQ(parse_retry_after("007", {}, now), 7s);
    EXPECT_EQ(parse_retry_after("999999999", {}, now), 365 * 24h) << "nobody waits longer than a year";
}

TEST(RetryAfter, ThatCannotBeReadIsAsIfAbsent) {
    for (const auto* text : {"-1", "soon", "1.5", "1e3", "", " ", "+7", "7s", "7 8", "1000000000", "0x10"})
        EXPECT_EQ(parse_retry_after(text, {}, now), std::nullopt) << text;
}

TEST(RetryAfter, AsADateIsRelativeToOurClockWhenTheAnswerHasNone) {
    EXPECT_EQ(parse_retry_after("Mon, 23 Nov 2026 10:02:00 GMT", {}, now), 120s);
    EXPECT_EQ(parse_retry_after("Mon, 23 Nov 2026 10:02:00 GMT", {}, now + 250ms), 119'750ms);
    EXPECT_EQ(parse_retry_after("Monday, 23-Nov-26 10:02:00 GMT", {}, now), 120s);
    EXPECT_EQ(parse_retry_after("Mon Nov 23 10:02:00 2026", {}, now), 120s);
}

TEST(RetryAfter, AsADateIsRelativeToTheAnswersOwnDateWhateverOurClockSays) {
    for (const auto skew : {-3h, 0h, 3h})
        EXPECT_EQ(parse_retry_after("Mon, 23 Nov 2026 10:00:07 GMT", now, now + skew), 7s);
}

TEST(RetryAfter, ThatHasPassedMeansASecond) {
    EXPECT_EQ(parse_retry_after("Mon, 23 Nov 2026 09:59:59 GMT", {}, now), 1s);
    EXPECT_EQ(parse_retry_after("Mon, 23 Nov 2026 10:00:00 GMT", {}, now), 1s);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", {}, now), 1s);
    EXPECT_EQ(parse_retry_after("Mon, 23 Nov 2026 10:00:01 GMT", {}, now), 1s);
    EXPECT_EQ(parse_retry_after("Mon, 23 Nov 2026 10:00:02 GMT", {}, now), 2s);
}

TEST(RetryAfter, InSecondsIgnoresBothClocks) {
    EXPECT_EQ(parse_retry_after("7", now - 1h, now), 7s);
}

}  // namespace
}  // namespace herald::resilience
