#include "tests/support/manual_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace herald::test {

class ManualAlarm final : public Alarm {
 public:
    ManualAlarm(ManualClock& clock, boost::asio::io_context& io) : clock_(clock), wake_(io) {}
    ~ManualAlarm() override { forget(); }

    Task<bool> wait_until(SteadyTime time) override {
        if (!rung_ && time > clock_.now_) {
            key_ = {time, clock_.order_++};
            clock_.waiting_.emplace(*key_, this);
            // Never expires by itself; ring() and the manual clock cancel it.
            wake_.expires_at(SteadyTime::max());
            co_await wake_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
            forget();
        }
        co_return std::exchange(rung_, false);
    }

    void ring() override {
        rung_ = true;
        wake_.cancel();
    }

    void due() {
        forget();
        wake_.cancel();
    }

 private:
    void forget() {
        if (key_) clock_.waiting_.erase(*key_);
        key_.reset();
    }

    ManualClock& clock_;
    boost::asio::steady_timer wake_;
    std::optional<ManualClock::Key> key_;
    bool rung_{};
};

std::unique_ptr<Alarm> ManualClock::make_alarm() {
    return std::make_unique<ManualAlarm>(*this, io_);
}

void ManualClock::settle() {
    io_.restart();
    io_.poll();
}

std::optional<SteadyTime> ManualClock::next_alarm() const {
    if (waiting_.empty()) return {};
    return waiting_.begin()->first.first;
}

void ManualClock::advance_to(SteadyTime time) {
    settle();
    while (!waiting_.empty() && waiting_.begin()->first.first <= time) {
        const auto due = waiting_.begin()->first.first;
        wall_ += std::chrono::floor<milliseconds>(due - now_);
        now_ = due;
        waiting_.begin()->second->due();
        settle();
    }
    wall_ += std::chrono::floor<milliseconds>(time - now_);
    now_ = time;
    settle();
}

}  // namespace herald::test
