#pragma once
// The pace of all calls under one credential. Intercom counts calls in fixed windows of 10 s whose phase we
// do not know, so the promise is about every interval: no 10 s hold more than `target` of the limit plus a
// small burst, even when latency compresses the arrivals by 0.15 s. GCRA; figures: RESILIENCE.md 1.1.

#include <optional>

#include "domain/core/time.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald::resilience {

// What a 429 said. Absent: the header was absent or unreadable.
struct ThrottleAnswer {
    std::optional<milliseconds> retry_after{};  // parsed: adapters/resilience/retry_after.hpp
    std::optional<WallTime> reset{};            // X-RateLimit-Reset, whole seconds
    std::optional<WallTime> date{};             // the answer's own Date
    std::optional<int> remaining{};             // X-RateLimit-Remaining
    std::optional<int> limit{};                 // X-RateLimit-Limit
};

// How long everything stops after a 429: Retry-After, else the time to Reset (by the answer's own clock if
// it sent Date) + 50 ms when that lies within (0, 120 s], else 60 s. Without the random part.
milliseconds throttle_wait(const ThrottleAnswer& answer, WallTime wall_now);

struct TokenBucketOptions {
    int limit_per_window{1667};  // cap: a header may lower it, never raise it
    seconds window{10};
    double target{0.98};     // share of the limit that is used
    int initial_limit{167};  // per window, until the first answer tells the limit
};

class TokenBucket {
 public:
    using Options = TokenBucketOptions;

    // Starts as if the burst had just been used.
    TokenBucket(Options options, SteadyTime now);

    // The earliest moment, not before `now`, at which try_take will succeed if nobody takes before.
    SteadyTime next_slot(SteadyTime now) const;
    bool try_take(SteadyTime now);

    // X-RateLimit-Limit of an authenticated answer. Absent or not positive: ignored. What was taken stays
    // taken, in calls, when the rate changes.
    void learn(std::optional<int> limit, SteadyTime now);

    // Stops everything until the returned moment: throttle_wait + U(0, 250 ms) from `chance` in [0, 1), or
    // longer when an earlier 429 asked for more. A 429 that came while more than 5 % of the window remained
    // lowers the share to 0.9 of itself (not below 0.5), once per window. The first second afterwards runs at
    // a quarter of the rate, without a burst.
    SteadyTime on_throttled(const ThrottleAnswer& answer, SteadyTime now, WallTime wall_now, double chance);

    // Closes windows of our own counting. Each that was not blocked in any part (so saw no 429) gives back
    // 0.02 of the share, up to 1. Called by try_take and on_throttled; a caller that only reads may call it.
    void tick(SteadyTime now);

    int limit() const { return limit_; }     // per window, as learnt and capped
    double share() const { return share_; }  // phi: 1, or less after 429s
    double rate() const;                     // calls per second
    int burst() const;                       // calls that may go out at once after a pause
    // In the past when not blocked any more, SteadyTime::min() when never blocked.
    SteadyTime blocked_until() const { return blocked_until_; }
    bool blocked(SteadyTime now) const { return now < blocked_until_; }

    LimiterState save(SteadyTime now, WallTime wall_now) const;
    // As if the burst had just been used. A saved moment that lies too far ahead (the wall clock jumped)
    // counts at most 10 s for the pace and 1 h for a block.
    void restore(const LimiterState& state, SteadyTime now, WallTime wall_now);

 private:
    SteadyTime::duration spacing() const;
    void retune(int limit, double share, SteadyTime now);
    void hold_burst_until_unblocked(SteadyTime now);

    Options options_;
    int limit_;
    double share_{1.0};
    // GCRA's theoretical arrival time: the calls taken and not yet paid off are (paid_off_ - now) / spacing.
    SteadyTime paid_off_;
    SteadyTime blocked_until_{SteadyTime::min()};

    SteadyTime window_start_;
    bool lowered_{};  // a 429 of this window lowered the share
};

}  // namespace herald::resilience
