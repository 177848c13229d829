#pragma once
// Lengths of time as people write them: "30m", "12h", "7d".

#include <chrono>
#include <optional>
#include <string_view>

namespace herald {

inline constexpr std::chrono::minutes longest_duration = std::chrono::days{3'650};

// A whole number from 1 on and m, h or d (of 24 hours), at most longest_duration. Nullopt: not one.
std::optional<std::chrono::minutes> parse_duration(std::string_view text);

}  // namespace herald
