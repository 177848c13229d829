#pragma once
// Stops calling a host that does not serve, and finds out with one call at a time when it does again.
// The table of states: RESILIENCE.md 1.2. One breaker per host.

#include <cstdint>
#include <optional>
#include <string_view>

#include "adapters/resilience/sliding_counts.hpp"
#include "domain/core/time.hpp"
#include "domain/ports/send_gate.hpp"

namespace herald::resilience {

struct BreakerOptions {
    // scaled: the failures in a row that open it grow with the traffic. seed: always `consecutive`.
    enum class Mode : std::uint8_t { scaled, seed };

    Mode mode{Mode::scaled};
    std::size_t consecutive{5};         // failures in a row that open it, at least
    std::size_t calls_per_failure{50};  // scaled: one failure more per so many calls in the window
    seconds window{10};
    std::size_t min_calls{100};  // judged calls in the window before the two shares count
    double failure_share{0.5};
    double slow_share{0.8};
    seconds slow_call{5};  // longer than this is slow; it does not end the call
    seconds open{60};
    seconds trial_timeout{30};
    std::size_t slow_start{8};      // in-flight limit after closing; doubles with every clean second
    std::size_t inflight_max{128};  // up to here, where slow start ends
};

class CircuitBreaker {
 public:
    enum class State : std::uint8_t { closed, open, half_open };
    using Options = BreakerOptions;

    // A call's admission. Values may be copied; exactly one settle or give_back belongs to each.
    struct Permit {
        std::uint64_t generation{};
        bool trial{};

        friend bool operator==(const Permit&, const Permit&) = default;
    };

    explicit CircuitBreaker(const Options& options = {}) : options_(options), recent_(options.window) {}

    // nullopt: refused, and retry_after says for how long. The first call after the open time becomes the
    // trial; until it ends, or is older than trial_timeout, every other call is refused.
    std::optional<Permit> admit(SteadyTime now);

    // The outcome of an admitted call that started at `started`. The outcome of an older generation (admitted
    // before the last change of state) changes nothing. A neutral trial frees the place for the next one.
    void settle(Permit permit, Verdict verdict, SteadyTime started, SteadyTime now);
    // The call was cancelled or never started.
    void give_back(Permit permit, SteadyTime now) { settle(permit, Verdict::neutral, now, now); }

    State state(SteadyTime now) const;
    // Why it opened last: consecutive_failures, failure_share, slow_calls, trial_failed or trial_timeout.
    // Empty while closed.
    std::string_view reason() const { return reason_; }
    // The end of the open time; meaningful while open.
    SteadyTime open_until(SteadyTime now) const;
    // For a refused caller, rounded up: never less than a second.
    seconds retry_after(SteadyTime now) const;
    // The next admitted call would be a trial.
    bool trial_due(SteadyTime now) const;
    // How many calls may be in flight: small after closing, inflight_max otherwise (an open breaker refuses
    // by itself). A second counts as clean when no failure came in it.
    std::size_t inflight_limit(SteadyTime now) const;

 private:
    enum Kind : std::uint8_t { judged, failed, slow, kinds };

    bool trial_timed_out(SteadyTime now) const;
    void expire_trial(SteadyTime now);
    void open(std::string_view reason, SteadyTime at);
    void close(SteadyTime now);
    void settle_trial(Verdict verdict, SteadyTime now);
    void settle_call(Verdict verdict, SteadyTime started, SteadyTime now);
    std::size_t threshold(SteadyTime now);

    Options options_;
    State state_{State::closed};
    std::uint64_t generation_{1};
    std::string_view reason_;

    SlidingCounts<kinds> recent_;  // of this generation
    std::size_t in_a_row_{};       // failures since the last success

    SteadyTime until_{};                     // open: until when
    std::optional<SteadyTime> trial_since_;  // half-open: when the trial that is out was admitted

    std::optional<std::size_t> slow_start_;  // the limit at clean_since_, while in slow start
    SteadyTime clean_since_{};
};

std::string_view name(CircuitBreaker::State state);  // "closed", "open", "half_open"

}  // namespace herald::resilience
