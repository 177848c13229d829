#pragma once
// How long a caller is willing to wait for an answer that depends on Intercom.

#include "api/problem.hpp"
#include "domain/core/time.hpp"

namespace herald::api {

// From `Prefer: wait=N` (seconds) or X-Request-Timeout-Ms, whichever is shorter, a minute at most; without them
// `otherwise`. What cannot be read is a 400.
std::expected<Deadline, Problem> deadline_of(const Headers& headers, SteadyTime now, Deadline otherwise);

}  // namespace herald::api
