#include "domain/automation/zone_clock.hpp"

#include <algorithm>

namespace herald {
namespace {

// No zone was ever further from UTC than 16 hours, and none was ever set back by more than a day.
constexpr milliseconds longest_shift = std::chrono::hours{24};

}  // namespace

LocalMinute first_not_reached(const std::string& zone, const TimeZones& zones, WallTime instant) {
    auto offset = zones.offset_at(zone, instant);
    // What is shown now has been reached: the next millisecond has not.
    auto reached = shown_by(offset, instant) + milliseconds{1};
    while (offset.from > instant - longest_shift) {
        const auto before = zones.offset_at(zone, offset.from - milliseconds{1});
        reached = std::max(reached, shown_by(before, offset.from));
        offset = before;
    }
    return std::chrono::ceil<std::chrono::minutes>(reached);
}

WallTime reached_at(const std::string& zone, const TimeZones& zones, LocalMinute minute) {
    auto offset = zones.offset_at(zone, WallTime{minute.time_since_epoch()} - longest_shift);
    while (shown_by(offset, offset.until) <= minute) offset = zones.offset_at(zone, offset.until);
    // Not before the clocks were set: the minute may be one that they skipped then.
    return std::max(instant_of(offset, minute), offset.from);
}

}  // namespace herald
