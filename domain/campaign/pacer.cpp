#include "domain/campaign/pacer.hpp"

#include <algorithm>
#include <limits>

namespace herald {
namespace {

constexpr milliseconds made_up_for{500};
constexpr seconds too_slow_to_make_up{1};  // with an interval longer than this

}  // namespace

std::size_t claimed_ahead(std::optional<std::int64_t> max_per_minute) {
    if (!max_per_minute) return std::numeric_limits<std::size_t>::max();
    return static_cast<std::size_t>((*max_per_minute + 29) / 30);
}

void Pacer::set(std::optional<std::int64_t> max_per_minute) {
    interval_ =
        max_per_minute ? SteadyTime::duration(std::chrono::minutes(1)) / *max_per_minute : SteadyTime::duration::zero();
}

void Pacer::sent_before(SteadyTime now) {
    if (!last_) last_ = now;
}

SteadyTime Pacer::due() const {
    return last_ ? *last_ + interval_ : SteadyTime::min();
}

void Pacer::take(SteadyTime now) {
    const bool forgets = interval_ == SteadyTime::duration::zero() || interval_ > too_slow_to_make_up;
    last_ = forgets || !last_ ? now : std::max(due(), now - made_up_for);
}

}  // namespace herald
