#include <algorithm>
#include <bit>

#include "domain/automation/cron.hpp"
#include "domain/automation/zone_clock.hpp"
#include "domain/campaign/schedule.hpp"

namespace herald {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::minutes;

constexpr bool has(std::uint32_t bits, unsigned bit) {
    return ((bits >> bit) & 1U) != 0;
}
constexpr auto from_bit(auto bits, unsigned bit) {
    return static_cast<decltype(bits)>(bits >> bit << bit);
}

// The days of the month that fit, as CronRule::days.
std::uint32_t fitting_days(const CronRule& rule, std::chrono::year_month month) {
    constexpr std::uint64_t each_week = 1ULL | 1ULL << 7U | 1ULL << 14U | 1ULL << 21U | 1ULL << 28U | 1ULL << 35U;
    const auto first = std::chrono::weekday{local_days{month / 1}}.c_encoding();
    const auto last = static_cast<unsigned>((month / std::chrono::last).day());
    const auto by_weekday = static_cast<std::uint32_t>((rule.weekdays * each_week) >> first << 1U);
    const auto fit = rule.either_day ? rule.days | by_weekday : rule.days & by_weekday;
    return fit & (0xffff'ffffU >> (31U - last)) & ~1U;
}

// Not before `from`; nullopt: none in the months before `limit`.
std::optional<local_days> first_day(const CronRule& rule, local_days from, local_days limit) {
    const std::chrono::year_month_day date{from};
    auto day = static_cast<unsigned>(date.day());
    for (auto month = date.year() / date.month(); local_days{month / 1} < limit; month += std::chrono::months{1}) {
        const auto left = has(rule.months, static_cast<unsigned>(month.month()))
                              ? from_bit(fitting_days(rule, month), day)
                              : std::uint32_t{0};
        if (left != 0) return local_days{month / std::chrono::day(static_cast<unsigned>(std::countr_zero(left)))};
        day = 1;
    }
    return {};
}

// Of a day that fits.
std::optional<minutes> first_minute(const CronRule& rule, minutes from) {
    const auto hour = static_cast<unsigned>(from.count()) / 60;
    const auto left = from_bit(rule.minutes, static_cast<unsigned>(from.count()) % 60);
    if (has(rule.hours, hour) && left != 0) return minutes{60 * hour + static_cast<unsigned>(std::countr_zero(left))};
    const auto later = from_bit(rule.hours, hour + 1);
    if (later == 0) return {};
    return std::chrono::hours{std::countr_zero(later)} + minutes{std::countr_zero(rule.minutes)};
}

// The first minute that fits, from `from` and before `limit`.
std::optional<LocalMinute> first_match(const CronRule& rule, LocalMinute from, LocalMinute limit) {
    while (from < limit) {
        const auto today = std::chrono::floor<days>(from);
        const auto day = first_day(rule, today, std::chrono::ceil<days>(limit));
        if (!day) return {};
        const auto minute = first_minute(rule, *day == today ? from - today : minutes{0});
        if (minute) return *day + *minute < limit ? std::optional(*day + *minute) : std::nullopt;
        from = *day + days{1};
    }
    return {};
}

std::optional<WallTime> next_named(const CronRule& rule, const std::string& zone, const TimeZones& zones,
                                   WallTime after) {
    // The clocks of no zone are a day ahead of UTC.
    constexpr LocalMinute limit{std::chrono::floor<minutes>(end_of_schedules + days{1}).time_since_epoch()};
    const auto minute = first_match(rule, first_not_reached(zone, zones, after), limit);
    if (!minute) return {};
    const auto instant = reached_at(zone, zones, *minute);
    return instant < end_of_schedules ? std::optional(instant) : std::nullopt;
}

std::optional<WallTime> next_shown(const CronRule& rule, const std::string& zone, const TimeZones& zones,
                                   WallTime after) {
    for (auto from = after + milliseconds{1}; from < end_of_schedules;) {
        const auto offset = zones.offset_at(zone, from);
        const auto until = std::min(offset.until, end_of_schedules);
        const auto minute = first_match(rule, std::chrono::ceil<minutes>(shown_by(offset, from)),
                                        std::chrono::ceil<minutes>(shown_by(offset, until)));
        if (minute) return instant_of(offset, *minute);
        from = until;
    }
    return {};
}

}  // namespace

std::optional<WallTime> next_fire(const CronRule& rule, const std::string& zone, const TimeZones& zones,
                                  WallTime after) {
    if (after >= end_of_schedules) return {};
    after = std::max(after, WallTime{} - milliseconds{1});
    return rule.follows_clock ? next_shown(rule, zone, zones, after) : next_named(rule, zone, zones, after);
}

}  // namespace herald
