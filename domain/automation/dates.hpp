#pragma once
// Dates in what is known of a contact.

#include <chrono>
#include <optional>
#include <string>

#include "domain/automation/trigger.hpp"
#include "domain/contact/profile.hpp"
#include "domain/filter/filter.hpp"
#include "domain/ports/time_zones.hpp"

namespace herald {

// The date in a field, named as filters name it: Unix seconds or RFC 3339 with an offset. Nullopt: there is none.
std::optional<WallTime> date_in(const Scalars& facts, const std::string& field);

using LocalDay = std::chrono::local_days;

// The same trigger at the beginning of the day; nullopt: it does not go by dates. The next time of that one after a
// firing is the end of the firing's day.
std::optional<Trigger> at_midnight(const Trigger& trigger);

LocalDay day_of(WallTime instant, const std::string& zone, const TimeZones& zones);

// The day that a date means: midnight in UTC is how a day without a time is kept, and is that day everywhere.
LocalDay calendar_day(WallTime date, const std::string& zone, const TimeZones& zones);

// Everybody whose date may be on that day of the zone, with a day to spare on both sides: Intercom compares dates by
// whole days of its own.
Filter around(const std::string& field, LocalDay day);

}  // namespace herald
