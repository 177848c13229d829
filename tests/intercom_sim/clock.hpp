#pragma once
// The only place where the stand-in reads a clock.

#include <cstdint>

namespace sim {

std::int64_t wall_ms();    // Unix milliseconds
std::int64_t steady_ms();  // never goes back; for durations

}  // namespace sim
