#pragma once
// A time of day on the clocks of a zone.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "domain/core/time.hpp"
#include "domain/ports/time_zones.hpp"

namespace herald {

// "00:00" to "23:59", two digits each. Nullopt: not one.
std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text);

// The next instant strictly after `after` at which the clocks of a known zone show `of_day` (from 0 to below 24
// hours). Where they skip it, the first instant after the gap; where they show it twice, the earlier one: as for a
// rule of cron that names the hour.
WallTime next_local_time(const std::string& zone, std::chrono::minutes of_day, const TimeZones& zones, WallTime after);

}  // namespace herald
