#include "adapters/system/clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace herald {
namespace {

class TimerAlarm final : public Alarm {
 public:
    explicit TimerAlarm(const boost::asio::any_io_executor& loop) : timer_(loop) {}

    Task<bool> wait_until(SteadyTime time) override {
        if (!rung_) {
            timer_.expires_at(time);
            co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        }
        co_return std::exchange(rung_, false);
    }

    void ring() override {
        rung_ = true;
        timer_.cancel();
    }

 private:
    boost::asio::steady_timer timer_;
    bool rung_{};
};

}  // namespace

SteadyTime SystemClock::now() const {
    return std::chrono::steady_clock::now();
}

WallTime SystemClock::wall_now() const {
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

std::unique_ptr<Alarm> SystemClock::make_alarm() {
    return std::make_unique<TimerAlarm>(loop_);
}

SystemRandom::SystemRandom() {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    engine_.seed(seed);
}

}  // namespace herald
