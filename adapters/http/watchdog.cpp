#include "adapters/http/watchdog.hpp"

#include <utility>

#include <boost/asio/steady_timer.hpp>

namespace herald::http {

struct Watchdog::State : std::enable_shared_from_this<State> {
    State(const boost::asio::any_io_executor& loop, std::function<void()> action)
        : timer(loop), on_time_over(std::move(action)) {}

    void arm() {
        wakes = until;
        timer.expires_at(wakes);
        // A handler may already be queued when the watchdog goes.
        timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
            const auto alive = weak.lock();
            if (alive && !error) alive->woke();
        });
    }

    void woke() {
        if (until > wakes) {  // moved meanwhile
            wakes = SteadyTime::max();
            if (until != SteadyTime::max()) arm();
            return;
        }
        wakes = until = SteadyTime::max();
        over = true;
        on_time_over();
    }

    boost::asio::steady_timer timer;
    std::function<void()> on_time_over;
    SteadyTime until{SteadyTime::max()};
    SteadyTime wakes{SteadyTime::max()};
    bool over{};
};

Watchdog::Watchdog(const boost::asio::any_io_executor& loop, std::function<void()> on_time_over)
    : state_(std::make_shared<State>(loop, std::move(on_time_over))) {}

Watchdog::~Watchdog() = default;

void Watchdog::limit(SteadyTime until) {
    state_->over = false;
    state_->until = until;
    if (until < state_->wakes) state_->arm();
}

void Watchdog::no_limit() {
    state_->until = SteadyTime::max();
}

bool Watchdog::time_is_over() const {
    return state_->over;
}

}  // namespace herald::http
