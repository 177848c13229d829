#include "domain/automation/local_time.hpp"

#include "domain/automation/zone_clock.hpp"

namespace herald {
namespace {

std::optional<int> two_digits(std::string_view text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!digit(text[0]) || !digit(text[1])) return {};
    return 10 * (text[0] - '0') + (text[1] - '0');
}

}  // namespace

std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return {};
    const auto hours = two_digits(text.substr(0, 2));
    const auto minutes = two_digits(text.substr(3, 2));
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return {};
    return std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
}

WallTime next_local_time(const std::string& zone, std::chrono::minutes of_day, const TimeZones& zones, WallTime after) {
    const auto from = first_not_reached(zone, zones, after);
    const auto today = std::chrono::floor<std::chrono::days>(from) + of_day;
    return reached_at(zone, zones, today >= from ? today : today + std::chrono::days{1});
}

}  // namespace herald
