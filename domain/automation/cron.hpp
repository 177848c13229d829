#pragma once
// Rules of cron (Vixie's), read and turned into instants. Pure.
//
// Five fields: minute, hour, day of month, month, day of week. Each is a list of `*`, numbers and ranges, the last two
// of which may have a step: "*/15", "8-18/2", "1,15", "mon-fri". Months and weekdays have names, in any case; 0 and 7
// are Sunday, and so is "sun" at the end of a range. When both the day of the month and the day of the week are
// restricted (neither begins with `*`), a day that fits one of them is enough; otherwise it must fit both. Instead of
// fields: @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually.
//
// When the clocks of the zone are changed:
// - A rule whose hour field does not begin with `*` names times of day, and fires once for each of them: when the
//   clocks first show it, or first go past it. So a time that they skip is made up for at the first instant after the
//   gap, once, however many named times it swallowed (a whole day, too: Apia had no 2011-12-30); and a time that they
//   show twice counts when it is shown first.
// - A rule whose hour field begins with `*` follows the clock on the wall: it fires whenever that shows a minute that
//   fits, so both times in an overlap, and not for minutes that are skipped.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "domain/core/time.hpp"
#include "domain/ports/time_zones.hpp"

namespace herald {

inline constexpr std::size_t longest_cron = 512;  // bytes; every number of every field written out takes less

// What a rule's fields allow, one bit for each value, and the two things that depend on how they were written.
struct CronRule {
    std::uint64_t minutes{};
    std::uint32_t hours{};
    std::uint32_t days{};     // bits 1-31
    std::uint16_t months{};   // bits 1-12
    std::uint8_t weekdays{};  // bits 0-6, from Sunday
    bool either_day{};        // the day of the month or that of the week is enough
    bool follows_clock{};     // the hour field begins with `*`

    friend bool operator==(const CronRule&, const CronRule&) = default;
};

// The error says of every field that is wrong which it is and why.
std::expected<CronRule, std::string> parse_cron(std::string_view text);

// The first fire strictly after `after`, on the clocks of a known zone. Nullopt: none before end_of_schedules, be it
// that there is no such day at all. An `after` before 1970 counts as the end of 1969.
std::optional<WallTime> next_fire(const CronRule& rule, const std::string& zone, const TimeZones& zones,
                                  WallTime after);

}  // namespace herald
