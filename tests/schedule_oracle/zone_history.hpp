#pragma once
// What the clocks of a zone show minute by minute, as glibc knows it from the machine's tzdata: brute force, and none
// of the service's code.

#include <cstdint>
#include <string>
#include <vector>

namespace oracle {

using UnixSeconds = std::int64_t;

struct Minute {
    std::uint32_t instant{};  // Unix seconds
    std::uint8_t hour{};
    std::uint8_t minute{};
};
// Minutes of one local date that follow each other.
struct Day {
    std::uint8_t day{};      // 1-31
    std::uint8_t month{};    // 1-12
    std::uint8_t weekday{};  // 0-6, from Sunday
    std::vector<Minute> minutes;
};

struct ZoneHistory {
    std::string zone;
    UnixSeconds from{};
    UnixSeconds until{};
    std::vector<Day> shown;  // every instant at which a new minute is shown, as often as it is shown
    std::vector<Day> begun;  // every minute once: when it is shown first, or when the clocks go past it
};

// The names of the zones that people live in (zone1970.tab).
std::vector<std::string> zone_names();
// The days, each by its beginning in UTC, in which the zone's offset changes from 1970 to 2037.
std::vector<UnixSeconds> days_of_change(const std::string& zone);
// Not before 1970-01-03.
ZoneHistory look_at(const std::string& zone, UnixSeconds from, UnixSeconds until);

}  // namespace oracle
