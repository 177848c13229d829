#include "tests/intercom_sim/clock.hpp"

#include <chrono>

namespace sim {

namespace {
template <class Clock>
std::int64_t milliseconds_of() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count();
}
}  // namespace

std::int64_t wall_ms() {
    return milliseconds_of<std::chrono::system_clock>();
}

std::int64_t steady_ms() {
    return milliseconds_of<std::chrono::steady_clock>();
}

}  // namespace sim
