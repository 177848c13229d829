#pragma once
// Lengths of time as people write them: "45s", "30m", "12h", "7d".

#include <chrono>
#include <optional>
#include <string_view>

namespace herald {

inline constexpr std::chrono::seconds longest_duration = std::chrono::days{3'650};

// A whole number from 1 on and s, m, h or d (of 24 hours), at most longest_duration. Nullopt: not one.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
// Whether the text would be one, were it not longer than that.
bool exceeds_longest_duration(std::string_view text);

}  // namespace herald
