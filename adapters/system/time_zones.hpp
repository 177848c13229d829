#pragma once
// The machine's tzdata.

#include "domain/ports/time_zones.hpp"

namespace herald {

class SystemTimeZones final : public TimeZones {
 public:
    // Reads every zone, so that nobody waits for a file later. Throws std::runtime_error with a message for the
    // operator when there are none.
    SystemTimeZones();
    bool known(const std::string& zone) const override;
    WallTime instant(const std::string& zone, LocalTime local) const override;
    ZoneOffset offset_at(const std::string& zone, WallTime instant) const override;
};

}  // namespace herald
