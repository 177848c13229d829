#include "adapters/resilience/retry_after.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace herald::resilience {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 7> weekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t short_weekday = 3;

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

// Reads a text from the left. After the first mismatch `good` stays false and the rest reads as nothing.
struct Scanner {
    std::string_view rest;
    bool good{true};

    void literal(std::string_view expected) {
        good = good && rest.starts_with(expected);
        if (good) rest.remove_prefix(expected.size());
    }
    int number(std::size_t digits) {
        good = good && rest.size() >= digits && std::ranges::all_of(rest.substr(0, digits), is_digit);
        if (!good) return 0;
        int value = 0;
        for (const char c : rest.substr(0, digits)) value = value * 10 + (c - '0');
        rest.remove_prefix(digits);
        return value;
    }
    unsigned month() {
        const auto found = std::ranges::find(months, rest.substr(0, 3));
        good = good && found != months.end();
        if (!good) return 0;
        rest.remove_prefix(3);
        return static_cast<unsigned>(found - months.begin()) + 1;
    }
    void weekday(std::size_t letters) {
        for (const auto day : weekdays)
            if (good && rest.starts_with(day.substr(0, letters))) return literal(day.substr(0, letters));
        good = false;
    }
    seconds time_of_day() {
        const int hour = number(2);
        literal(":");
        const int minute = number(2);
        literal(":");
        const int second = number(2);
        good = good && hour < 24 && minute < 60 && second <= 60;  // 60: a leap second
        return std::chrono::hours(hour) + std::chrono::minutes(minute) + seconds(second);
    }
    std::optional<WallTime> at(int year, unsigned month_of_year, int day, seconds time) const {
        const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month_of_year),
                                               std::chrono::day(static_cast<unsigned>(day))};
        if (!good || !rest.empty() || !date.ok()) return {};
        return std::chrono::sys_days{date} + time;
    }
};

// Sun, 06 Nov 1994 08:49:37 GMT
std::optional<WallTime> imf_fixdate(std::string_view text) {
    Scanner in{text};
    in.weekday(short_weekday);
    in.literal(", ");
    const int day = in.number(2);
    in.literal(" ");
    const unsigned month = in.month();
    in.literal(" ");
    const int year = in.number(4);
    in.literal(" ");
    const seconds time = in.time_of_day();
    in.literal(" GMT");
    return in.at(year, month, day, time);
}

// Sunday, 06-Nov-94 08:49:37 GMT
std::optional<WallTime> rfc850_date(std::string_view text, WallTime wall_now) {
    Scanner in{text};
    in.weekday(std::string_view::npos);
    in.literal(", ");
    const int day = in.number(2);
    in.literal("-");
    const unsigned month = in.month();
    in.literal("-");
    const int year_of_century = in.number(2);
    in.literal(" ");
    const seconds time = in.time_of_day();
    in.literal(" GMT");

    const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(wall_now)};
    const int this_year = static_cast<int>(today.year());
    int year = this_year - this_year % 100 + 100 + year_of_century;
    while (year > this_year + 50) year -= 100;
    return in.at(year, month, day, time);
}

// Sun Nov  6 08:49:37 1994
std::optional<WallTime> asctime_date(std::string_view text) {
    Scanner in{text};
    in.weekday(short_weekday);
    in.literal(" ");
    const unsigned month = in.month();
    in.literal(" ");
    const bool padded = in.rest.starts_with(' ');
    if (padded) in.literal(" ");
    const int day = in.number(padded ? 1 : 2);
    in.literal(" ");
    const seconds time = in.time_of_day();
    in.literal(" ");
    const int year = in.number(4);
    return in.at(year, month, day, time);
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text, WallTime wall_now) {
    text = trimmed(text);
    if (const auto date = imf_fixdate(text)) return date;
    if (const auto date = rfc850_date(text, wall_now)) return date;
    return asctime_date(text);
}

std::optional<milliseconds> parse_retry_after(std::string_view text, std::optional<WallTime> date, WallTime wall_now) {
    text = trimmed(text);
    if (!text.empty() && text.size() <= 9 && std::ranges::all_of(text, is_digit)) {
        std::int64_t value = 0;
        for (const char c : text) value = value * 10 + (c - '0');
        return std::min<milliseconds>(seconds(value), std::chrono::hours{24 * 365});
    }
    const auto until = parse_http_date(text, wall_now);
    if (!until) return {};
    const WallTime from = date.value_or(wall_now);
    // Nobody waits longer than this, and arithmetic with steady time stays within its range.
    constexpr milliseconds longest = std::chrono::hours{24 * 365};
    return *until > from ? std::min<milliseconds>(*until - from, longest) : milliseconds{1s};
}

}  // namespace herald::resilience
