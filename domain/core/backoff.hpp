#pragma once
// How long to wait before trying again: the product's 1-2-4 s. Pure: chance comes in as a number.

#include <optional>

#include "domain/core/time.hpp"

namespace herald {

// Source of the figures: RESILIENCE.md 1.3. Three retries after the first request, so four requests at most.
struct Backoff {
    int max_retries{3};
    milliseconds base{1'000};
    int factor{2};
    double jitter{0.25};  // a wait is stretched by up to this share and never shortened

    // The wait before the next retry when `retries_done` were made; nullopt: give up. `chance` is uniform in
    // [0, 1). What the answer asked for (`asked`, its Retry-After) is never undercut.
    std::optional<milliseconds> next_wait(int retries_done, double chance,
                                          std::optional<milliseconds> asked = {}) const;
};

}  // namespace herald
