#pragma once
// The time zones of the world, by their IANA names.

#include <string>

#include "domain/core/timestamp.hpp"

namespace herald {

// Any thread.
class TimeZones {
 public:
    virtual ~TimeZones() = default;
    // Whether there is such a zone. `localtime`, which is another one on every machine, is none.
    virtual bool known(const std::string& zone) const = 0;
    // The instant at which the clocks of a known zone show `local`. When they skip it, the first instant after the
    // skipped hour; when they show it twice, the earlier one.
    virtual WallTime instant(const std::string& zone, LocalTime local) const = 0;
};

}  // namespace herald
