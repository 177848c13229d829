#pragma once
// The times of a launch, as a client writes them: instants, or local times in a named zone.

#include <optional>
#include <string_view>

#include "api/json/decoder.hpp"
#include "api/json/types.hpp"
#include "domain/campaign/schedule.hpp"
#include "domain/ports/time_zones.hpp"

namespace herald::api {

// What the members are called where they stand: a creation has `scheduled_at`, a launch `at`.
struct TimesBody {
    std::string_view at_name;
    const std::optional<TimeText>& at;
    const std::optional<Text<64>>& time_zone;
    const std::optional<TimeText>& expires_at;
};

// The instants. What breaks a rule whatever the time is now goes to the decoder.
LaunchTerms read_terms(Decoder& decoder, const TimesBody& body, const TimeZones& zones);

// What is too late, or in the wrong order. A start that is empty is now.
void check_terms(Decoder& decoder, std::string_view at_name, const LaunchTerms& terms, WallTime now);

}  // namespace herald::api
