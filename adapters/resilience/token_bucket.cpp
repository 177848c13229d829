#include "adapters/resilience/token_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace herald::resilience {
namespace {

using namespace std::chrono_literals;

constexpr double burst_per_limit = 0.0053;
constexpr int max_burst = 8;
constexpr double least_share = 0.5;
constexpr double share_after_429 = 0.9;
constexpr double share_per_clean_window = 0.02;
constexpr double remaining_that_surprises = 0.05;
constexpr auto reset_margin = 50ms;
constexpr auto furthest_reset = 120s;
constexpr auto default_wait = 60s;
constexpr auto jitter = 250ms;
constexpr auto slow_period = 1s;
constexpr int slow_cost = 4;
constexpr auto furthest_block = 1h;

// How far `time` lies ahead of `now`, at most `limit`; safe for any stored time.
milliseconds ahead(WallTime time, WallTime now, milliseconds limit) {
    return time <= now ? 0ms : std::min(time - now, limit);
}

}  // namespace

milliseconds throttle_wait(const ThrottleAnswer& answer, WallTime wall_now) {
    if (answer.retry_after) return *answer.retry_after;
    const WallTime now = answer.date.value_or(wall_now);
    if (answer.reset && *answer.reset > now && *answer.reset - now <= furthest_reset)
        return *answer.reset - now + reset_margin;
    return default_wait;
}

TokenBucket::TokenBucket(Options options, SteadyTime now)
    : options_(options),
      limit_(std::min(options.initial_limit, options.limit_per_window)),
      paid_off_(now + (burst() - 1) * spacing()),
      window_start_(now) {}

double TokenBucket::rate() const {
    return options_.target * share_ * limit_ / std::chrono::duration<double>(options_.window).count();
}

int TokenBucket::burst() const {
    return std::clamp(static_cast<int>(std::floor(burst_per_limit * limit_)), 1, max_burst);
}

// Rounded up, so that rounding never sends faster.
SteadyTime::duration TokenBucket::spacing() const {
    return std::chrono::ceil<SteadyTime::duration>(std::chrono::duration<double>(1.0 / rate()));
}

SteadyTime TokenBucket::next_slot(SteadyTime now) const {
    return std::max({now, blocked_until_, paid_off_ - (burst() - 1) * spacing()});
}

bool TokenBucket::try_take(SteadyTime now) {
    tick(now);
    if (next_slot(now) > now) return false;
    const bool slow = blocked_until_ != SteadyTime::min() && now < blocked_until_ + slow_period;
    paid_off_ = std::max(paid_off_, now) + (slow ? slow_cost : 1) * spacing();
    return true;
}

void TokenBucket::learn(std::optional<int> limit, SteadyTime now) {
    if (limit && *limit > 0) retune(std::min(*limit, options_.limit_per_window), share_, now);
}

SteadyTime TokenBucket::on_throttled(const ThrottleAnswer& answer, SteadyTime now, WallTime wall_now, double chance) {
    tick(now);
    learn(answer.limit, now);
    const int limit = answer.limit && *answer.limit > 0 ? *answer.limit : limit_;
    if (!lowered_ && answer.remaining && *answer.remaining > remaining_that_surprises * limit) {
        retune(limit_, std::max(least_share, share_after_429 * share_), now);
        lowered_ = true;
    }
    const auto wait = throttle_wait(answer, wall_now) + std::chrono::floor<milliseconds>(chance * jitter);
    blocked_until_ = std::max(blocked_until_, now + wait);
    hold_burst_until_unblocked(now);
    return blocked_until_;
}

void TokenBucket::tick(SteadyTime now) {
    const auto ended = (now - window_start_) / options_.window;
    if (ended <= 0) return;
    // A 429 always blocks, so a window without one has no blocked part.
    std::int64_t unclean = 0;
    if (blocked_until_ > window_start_) unclean = (blocked_until_ - window_start_ - 1ns) / options_.window + 1;
    if (ended > unclean)
        retune(limit_, std::min(1.0, share_ + share_per_clean_window * static_cast<double>(ended - unclean)), now);
    window_start_ += ended * options_.window;
    lowered_ = false;
}

// Keeps the number of calls not yet paid off, so that a change of rate neither grants nor forgives any.
void TokenBucket::retune(int limit, double share, SteadyTime now) {
    const std::chrono::duration<double> before = spacing();
    limit_ = limit;
    share_ = share;
    const SteadyTime from = std::max(now, blocked_until_);
    if (paid_off_ > from) {
        const double calls = (paid_off_ - from) / before;
        paid_off_ = from + std::chrono::ceil<SteadyTime::duration>(calls * std::chrono::duration<double>(spacing()));
    }
    hold_burst_until_unblocked(now);
}

void TokenBucket::hold_burst_until_unblocked(SteadyTime now) {
    if (blocked(now)) paid_off_ = std::max(paid_off_, blocked_until_ + (burst() - 1) * spacing());
}

LimiterState TokenBucket::save(SteadyTime now, WallTime wall_now) const {
    const auto on_the_wall = [&](SteadyTime time) { return wall_now + std::chrono::ceil<milliseconds>(time - now); };
    LimiterState state{static_cast<double>(limit_), share_, on_the_wall(paid_off_), {}};
    if (blocked(now)) state.blocked_until = on_the_wall(blocked_until_);
    return state;
}

void TokenBucket::restore(const LimiterState& state, SteadyTime now, WallTime wall_now) {
    if (state.limit_per_window >= 1)
        limit_ = static_cast<int>(std::min<double>(state.limit_per_window, options_.limit_per_window));
    if (std::isfinite(state.share)) share_ = std::clamp(state.share, least_share, 1.0);
    const SteadyTime::duration burst_used = burst() * spacing();
    paid_off_ = now + std::max<SteadyTime::duration>(burst_used, ahead(state.next_slot, wall_now, options_.window));
    if (state.blocked_until && *state.blocked_until > wall_now)
        blocked_until_ = now + ahead(*state.blocked_until, wall_now, furthest_block);
    hold_burst_until_unblocked(now);
}

}  // namespace herald::resilience
