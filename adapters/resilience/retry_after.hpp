#pragma once
// Retry-After and the dates of HTTP.

#include <optional>
#include <string_view>

#include "domain/core/time.hpp"

namespace herald::resilience {

// RFC 9110 5.6.7: IMF-fixdate, and the obsolete forms of RFC 850 (two-digit year: never more than 50 years
// after `wall_now`) and asctime. Anything else: nullopt. The name of the weekday is not held against the date.
std::optional<WallTime> parse_http_date(std::string_view text, WallTime wall_now);

// Seconds (one to nine digits) or an HTTP-date, which is relative to the answer's own Date if it sent one.
// A date that has passed means 1 s. Unreadable, negative or fractional: nullopt, as if absent.
// Source: RESILIENCE.md 1.3.
std::optional<milliseconds> parse_retry_after(std::string_view text, std::optional<WallTime> date, WallTime wall_now);

}  // namespace herald::resilience
