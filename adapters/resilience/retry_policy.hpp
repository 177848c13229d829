#pragma once
// Whether and when a call is tried again. RESILIENCE.md 1.3.

#include "adapters/http/exchange.hpp"
#include "adapters/resilience/sliding_counts.hpp"
#include "domain/core/time.hpp"
#include "domain/ports/send_gate.hpp"

namespace herald::resilience {

// What may be repeated besides calls that were certainly not executed.
enum class Repeat : std::uint8_t {
    after_any_failure,  // the call is safe to repeat, or its caller accepts that it may be executed twice
    unless_ambiguous,   // a call that may have been executed is never made again
};

// What follows an attempt.
enum class AfterAttempt : std::uint8_t {
    stop,              // answered for good, or refused by us
    retry,             // after the policy's wait: transport failure, 408, 5xx
    retry_when_paced,  // 429: when the limiter, which knows its Retry-After, lets calls through again
};

AfterAttempt after_attempt(const http::Outcome& outcome, Repeat repeat);

// Whether the call may or may not have been executed: no complete answer after the last byte, 408, 5xx.
bool ambiguous(const http::Outcome& outcome);

// How one attempt went, as the breaker judges it. RESILIENCE.md 1.2, second table.
Verdict judge(const http::Outcome& outcome);

struct RetryBudgetOptions {
    double deposit{0.2};  // of a retry, by every first attempt
    double min_per_second{3};
    seconds window{10};  // a deposit is worth something for so long
};

// Retries of one host are at most a fifth of its first attempts, and three a second, over the last 10 s.
class RetryBudget {
 public:
    using Options = RetryBudgetOptions;

    explicit RetryBudget(const Options& options = {}) : options_(options), recent_(options.window) {}

    void first_attempt(SteadyTime now) { recent_.add(1U << first, now); }
    // Spends one retry; false when the budget does not hold one.
    bool try_retry(SteadyTime now);
    // Retries left now. For metrics.
    double tokens(SteadyTime now);

 private:
    enum Kind : std::uint8_t { first, retry, kinds };

    Options options_;
    SlidingCounts<kinds> recent_;
};

}  // namespace herald::resilience
