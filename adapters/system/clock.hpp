#pragma once
// The real clock, random source and thread hand-over. The only file that reads a clock: tests/lint checks.

#include <random>

#include <boost/asio/any_io_executor.hpp>

#include "domain/core/random.hpp"
#include "domain/core/time.hpp"

namespace herald {

class SystemClock final : public Clock {
 public:
    explicit SystemClock(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}

    SteadyTime now() const override;
    WallTime wall_now() const override;
    std::unique_ptr<Alarm> make_alarm() override;

 private:
    boost::asio::any_io_executor loop_;
};

class SystemRandom final : public Random {
 public:
    SystemRandom();
    std::uint64_t bits() override { return engine_(); }

 private:
    std::mt19937_64 engine_;
};

}  // namespace herald
