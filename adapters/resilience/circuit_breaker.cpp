#include "adapters/resilience/circuit_breaker.hpp"

#include <algorithm>

namespace herald::resilience {

using namespace std::chrono_literals;

std::optional<CircuitBreaker::Permit> CircuitBreaker::admit(SteadyTime now) {
    expire_trial(now);
    if (state_ == State::closed) return Permit{generation_, false};
    if (state_ == State::open) {
        if (now < until_) return {};
        state_ = State::half_open;
    }
    if (trial_since_) return {};
    trial_since_ = now;
    // Every trial has a generation of its own, so that no late word of an earlier one is taken for it.
    return Permit{++generation_, true};
}

void CircuitBreaker::settle(Permit permit, Verdict verdict, SteadyTime started, SteadyTime now) {
    expire_trial(now);
    if (permit.generation != generation_) return;
    if (permit.trial)
        settle_trial(verdict, now);
    else
        settle_call(verdict, started, now);
}

void CircuitBreaker::settle_trial(Verdict verdict, SteadyTime now) {
    if (!trial_since_) return;
    switch (verdict) {
        case Verdict::success:
            return close(now);
        case Verdict::failure:
            return open("trial_failed", now);
        case Verdict::neutral:
            trial_since_.reset();
            return;
    }
}

void CircuitBreaker::settle_call(Verdict verdict, SteadyTime started, SteadyTime now) {
    if (verdict == Verdict::neutral) return;
    std::bitset<kinds> what;
    what[judged] = true;
    what[failed] = verdict == Verdict::failure;
    what[slow] = now - started > options_.slow_call;
    recent_.add(what, now);

    if (verdict == Verdict::failure) {
        if (slow_start_) slow_start_ = inflight_limit(now);
        clean_since_ = now;
        if (++in_a_row_ >= threshold(now)) return open("consecutive_failures", now);
    } else {
        in_a_row_ = 0;
    }
    const auto calls = recent_.count(judged, now);
    if (calls < options_.min_calls) return;
    const auto share_of = [&](Kind kind) {
        return static_cast<double>(recent_.count(kind, now)) / static_cast<double>(calls);
    };
    if (share_of(failed) >= options_.failure_share) return open("failure_share", now);
    if (share_of(slow) >= options_.slow_share) return open("slow_calls", now);
}

std::size_t CircuitBreaker::threshold(SteadyTime now) {
    if (options_.mode == BreakerOptions::Mode::seed) return options_.consecutive;
    const auto calls = recent_.count(judged, now);
    return std::max(options_.consecutive, (calls + options_.calls_per_failure - 1) / options_.calls_per_failure);
}

void CircuitBreaker::open(std::string_view reason, SteadyTime at) {
    state_ = State::open;
    ++generation_;
    reason_ = reason;
    until_ = at + options_.open;
    trial_since_.reset();
    slow_start_.reset();
    recent_.clear();
    in_a_row_ = 0;
}

void CircuitBreaker::close(SteadyTime now) {
    state_ = State::closed;
    ++generation_;
    reason_ = {};
    trial_since_.reset();
    slow_start_ = options_.slow_start;
    clean_since_ = now;
}

bool CircuitBreaker::trial_timed_out(SteadyTime now) const {
    return trial_since_ && now >= *trial_since_ + options_.trial_timeout;
}

// Noticed late, it still counts from the moment it happened.
void CircuitBreaker::expire_trial(SteadyTime now) {
    if (trial_timed_out(now)) open("trial_timeout", *trial_since_ + options_.trial_timeout);
}

CircuitBreaker::State CircuitBreaker::state(SteadyTime now) const {
    return trial_timed_out(now) ? State::open : state_;
}

SteadyTime CircuitBreaker::open_until(SteadyTime now) const {
    return trial_timed_out(now) ? *trial_since_ + options_.trial_timeout + options_.open : until_;
}

seconds CircuitBreaker::retry_after(SteadyTime now) const {
    if (state(now) != State::open) return 1s;
    return std::max(seconds{1s}, std::chrono::ceil<seconds>(open_until(now) - now));
}

bool CircuitBreaker::trial_due(SteadyTime now) const {
    switch (state(now)) {
        case State::closed:
            return false;
        case State::open:
            return now >= open_until(now);
        case State::half_open:
            return !trial_since_;
    }
    return false;
}

std::size_t CircuitBreaker::inflight_limit(SteadyTime now) const {
    if (!slow_start_) return options_.inflight_max;
    std::size_t limit = *slow_start_;
    for (auto clean = now - clean_since_; clean >= 1s && limit < options_.inflight_max; clean -= 1s) limit *= 2;
    return std::min(limit, options_.inflight_max);
}

std::string_view name(CircuitBreaker::State state) {
    switch (state) {
        case CircuitBreaker::State::closed:
            return "closed";
        case CircuitBreaker::State::open:
            return "open";
        case CircuitBreaker::State::half_open:
            return "half_open";
    }
    return "";
}

}  // namespace herald::resilience
