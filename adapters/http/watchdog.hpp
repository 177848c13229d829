#pragma once
// A time limit that may be moved with every step of a call at the cost of an assignment: the timer is touched only
// when it fires, or when a limit comes sooner than it would.

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "domain/core/time.hpp"

namespace herald::http {

class Watchdog {
 public:
    // `on_time_over` runs on the loop, at most once for each limit, and never after the watchdog is gone.
    Watchdog(const boost::asio::any_io_executor& loop, std::function<void()> on_time_over);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    void limit(SteadyTime until);
    void no_limit();
    // The limit that was set last has passed.
    bool time_is_over() const;

 private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace herald::http
