#include "domain/core/timestamp.hpp"

namespace herald {
namespace {

bool digit(char c) {
    return c >= '0' && c <= '9';
}

// Takes `count` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
    if (text.size() < count) return {};
    int out = 0;
    for (const char c : text.substr(0, count)) {
        if (!digit(c)) return {};
        out = out * 10 + (c - '0');
    }
    text.remove_prefix(count);
    return out;
}

bool take(std::string_view& text, char either, char other) {
    if (text.empty() || (text.front() != either && text.front() != other)) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::chrono::local_days> take_date(std::string_view& text) {
    const auto year = take_number(text, 4);
    if (!year || !take(text, '-', '-')) return {};
    const auto month = take_number(text, 2);
    if (!month || !take(text, '-', '-')) return {};
    const auto day = take_number(text, 2);
    if (!day) return {};
    const auto date =
        std::chrono::year{*year} / static_cast<int>(*month) / std::chrono::day{static_cast<unsigned>(*day)};
    if (!date.ok()) return {};
    return std::chrono::local_days{date};
}

// Up to nine digits behind a point.
std::optional<milliseconds> take_fraction(std::string_view& text) {
    if (!take(text, '.', '.')) return milliseconds{0};
    int out = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && digit(text[digits]); ++digits)
        if (digits < 3) out = out * 10 + (text[digits] - '0');
    if (digits == 0 || digits > 9) return {};
    for (auto missing = digits; missing < 3; ++missing) out *= 10;
    text.remove_prefix(digits);
    return milliseconds{out};
}

std::optional<milliseconds> take_time_of_day(std::string_view& text) {
    const auto hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take(text, ':', ':')) return {};
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59 || !take(text, ':', ':')) return {};
    const auto whole = take_number(text, 2);
    if (!whole || *whole > 59) return {};  // a leap second is no time that a clock of ours ever shows
    const auto fraction = take_fraction(text);
    if (!fraction) return {};
    return std::chrono::hours{*hours} + std::chrono::minutes{*minutes} + seconds{*whole} + *fraction;
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (take(text, 'Z', 'z')) return std::chrono::minutes{0};
    const bool west = !text.empty() && text.front() == '-';
    if (!take(text, '+', '-')) return {};
    const auto hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take(text, ':', ':')) return {};
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59) return {};
    const auto offset = std::chrono::minutes{*hours * 60 + *minutes};
    return west ? -offset : offset;
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    const auto date = take_date(text);
    if (!date || !take(text, 'T', 't')) return {};
    const auto time = take_time_of_day(text);
    if (!time) return {};
    Timestamp out{*date + *time, {}};
    if (text.empty()) return out;
    out.offset = take_offset(text);
    if (!out.offset || !text.empty()) return {};
    return out;
}

}  // namespace herald
