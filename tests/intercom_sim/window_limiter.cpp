#include "tests/intercom_sim/window_limiter.hpp"

#include <algorithm>

namespace sim {

WindowLimiter::Verdict WindowLimiter::arrive(std::string_view token, std::int64_t now_ms) {
    Count& count = counts_[std::string(token)];
    const std::int64_t window = window_of(now_ms);
    // A wall clock that was set back must not reopen a window that is already used up.
    if (window > count.window) count = {.window = window, .calls = 0};
    ++count.calls;
    return {.allowed = count.calls <= limit_,
            .limit = limit_,
            .remaining = std::max<std::int64_t>(0, limit_ - count.calls),
            .reset = (count.window + 1) * (window_ms / 1000)};
}

}  // namespace sim
