#pragma once
// The clock on a wall of one zone, which people set forward and back. Its hands are counted in local minutes.

#include <chrono>
#include <string>

#include "domain/ports/time_zones.hpp"

namespace herald {

using LocalMinute = std::chrono::local_time<std::chrono::minutes>;

inline LocalTime shown_by(const ZoneOffset& offset, WallTime instant) {
    return LocalTime{(instant + offset.offset).time_since_epoch()};
}
inline WallTime instant_of(const ZoneOffset& offset, LocalTime shown) {
    return WallTime{shown.time_since_epoch() - offset.offset};
}

// The first full minute that the clocks have never shown nor gone past up to and including `instant`. While they show
// an hour for the second time, that is the end of that hour.
LocalMinute first_not_reached(const std::string& zone, const TimeZones& zones, WallTime instant);

// When the clocks first show `minute`, or go past it.
WallTime reached_at(const std::string& zone, const TimeZones& zones, LocalMinute minute);

}  // namespace herald
