#include "domain/automation/dates.hpp"

#include <charconv>
#include <cmath>

#include "domain/filter/contact_search.hpp"

namespace herald {
namespace {

constexpr std::int64_t latest = 253'402'300'800;  // the year 10000

std::optional<WallTime> from_unix(std::int64_t value) {
    if (value < 0 || value >= latest) return {};
    return WallTime{seconds(value)};
}

std::optional<WallTime> from_text(const std::string& text) {
    std::int64_t value{};
    const auto* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc{} && rest == end) return from_unix(value);
    return from_rfc3339(text);
}

}  // namespace

std::optional<WallTime> date_in(const Scalars& facts, const std::string& field) {
    const auto found = facts.find(contact_search_field(field));
    if (found == facts.end()) return {};
    if (const auto* whole = std::get_if<std::int64_t>(&found->second)) return from_unix(*whole);
    if (const auto* real = std::get_if<double>(&found->second); real != nullptr && *real >= 0 && *real < latest)
        return from_unix(static_cast<std::int64_t>(*real));
    if (const auto* text = std::get_if<std::string>(&found->second)) return from_text(*text);
    return {};
}

std::optional<Trigger> at_midnight(const Trigger& trigger) {
    const auto* dated = std::get_if<DateTrigger>(&trigger.rule);
    if (dated == nullptr) return {};
    auto begins = *dated;
    begins.time_of_day = {};
    return Trigger{trigger.type, std::move(begins)};
}

LocalDay day_of(WallTime instant, const std::string& zone, const TimeZones& zones) {
    const auto shown = instant + zones.offset_at(zone, instant).offset;
    return std::chrono::floor<std::chrono::days>(LocalTime{shown.time_since_epoch()});
}

LocalDay calendar_day(WallTime date, const std::string& zone, const TimeZones& zones) {
    const auto day = std::chrono::floor<std::chrono::days>(date);
    if (date == day) return LocalDay{day.time_since_epoch()};
    return day_of(date, zone, zones);
}

Filter around(const std::string& field, LocalDay day) {
    const auto at = [](LocalDay when) { return std::int64_t{seconds(when.time_since_epoch()).count()}; };
    return Filter::all({Filter::where(field, FilterOp::gt, {at(day - std::chrono::days(2))}),
                        Filter::where(field, FilterOp::lt, {at(day + std::chrono::days(2))})});
}

}  // namespace herald
