#pragma once
// For calls that may be repeated. The layers, outermost first, and why they stand so:
//
//   Retry           waits between attempts outside every permit, so that a waiting call blocks nobody
//    Limiter        every attempt pays for a slot, retries too
//     Permit
//      Breaker      asked after the wait, judges attempts and not retried totals
//       Attempt     one call on the wire with its own total time, so that a slow socket cannot eat the deadline
//
// Limiter, permit and breaker are the gate's: the same instances as for sends.

#include "adapters/http/exchange.hpp"
#include "adapters/resilience/gate.hpp"
#include "adapters/resilience/retry_policy.hpp"

namespace herald::resilience {

// How often one call went onto the wire.
struct AttemptCount {
    int made{};
    int ambiguous{};  // of these: nobody knows whether they were executed
};

class ResilientExchange final : public http::Exchange {
 public:
    // `wire` must report what it sees to the gate (ObservedExchange).
    ResilientExchange(Clock& clock, Random& random, http::Exchange& wire, Gate& gate, RetryBudget& budget, Lane lane)
        : clock_(clock), random_(random), wire_(wire), gate_(gate), budget_(budget), lane_(lane) {}

    // A refusal by the gate is Phase::refused, at once or when the deadline leaves no slot.
    Task<http::Outcome> send(const http::Call& call, Deadline deadline) override;

    // As send(), with the caller's word on what may be repeated. `count` grows by what was tried, also when a
    // later attempt was refused.
    Task<http::Outcome> send(const http::Call& call, Repeat repeat, Deadline deadline, AttemptCount& count);

 private:
    Task<http::Outcome> attempt(const http::Call& call, Deadline deadline);

    Clock& clock_;
    Random& random_;
    http::Exchange& wire_;
    Gate& gate_;
    RetryBudget& budget_;
    Lane lane_;
};

}  // namespace herald::resilience
