#include "domain/campaign/reject_guard.hpp"

#include <algorithm>

namespace herald {

bool RejectGuard::note(bool content_refused) {
    in_a_row_ = content_refused ? in_a_row_ + 1 : 0;
    last_[next_] = content_refused;
    next_ = (next_ + 1) % window;
    seen_ = std::min(seen_ + 1, window);
    return in_a_row_ >= most_in_a_row || (seen_ == window && last_.count() >= most_in_window);
}

}  // namespace herald
