#include "domain/core/backoff.hpp"

#include <algorithm>

namespace herald {

std::optional<milliseconds> Backoff::next_wait(int retries_done, double chance,
                                               std::optional<milliseconds> asked) const {
    if (retries_done >= max_retries) return {};
    milliseconds wait = base;
    for (int i = 0; i < retries_done; ++i) wait *= factor;
    const std::chrono::duration<double, std::milli> stretched = wait * (1.0 + jitter * chance);
    return std::max(std::chrono::floor<milliseconds>(stretched), asked.value_or(milliseconds{0}));
}

}  // namespace herald
