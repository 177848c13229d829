#pragma once
// The time zones of the world, by their IANA names.

#include <string>

#include "domain/core/timestamp.hpp"

namespace herald {

// How far the clocks of a zone are ahead of UTC, and while that holds. Both ends may lie inside the time during which
// the clocks show the same offset, when something else changed there: the name of the time, for example.
struct ZoneOffset {
    seconds offset{};
    WallTime from{};   // no change before it is known: far in the past
    WallTime until{};  // exclusive; no change is known: far in the future

    friend bool operator==(const ZoneOffset&, const ZoneOffset&) = default;
};

// Any thread.
class TimeZones {
 public:
    virtual ~TimeZones() = default;
    // Whether there is such a zone. `localtime`, which is another one on every machine, is none.
    virtual bool known(const std::string& zone) const = 0;
    // The instant at which the clocks of a known zone show `local`. When they skip it, the first instant after the
    // skipped hour; when they show it twice, the earlier one.
    virtual WallTime instant(const std::string& zone, LocalTime local) const = 0;
    // What the clocks of a known zone add to UTC at `instant`.
    virtual ZoneOffset offset_at(const std::string& zone, WallTime instant) const = 0;
};

}  // namespace herald
