#pragma once
// Simulated time and a loop that runs until nothing is left to do, so that no test sleeps.

#include <exception>
#include <map>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "domain/core/random.hpp"
#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald::test {

class ManualClock final : public Clock {
 public:
    explicit ManualClock(boost::asio::io_context& io) : io_(io) {}

    SteadyTime now() const override { return now_; }
    WallTime wall_now() const override { return wall_; }
    std::unique_ptr<Alarm> make_alarm() override;

    // Runs everything that is ready, then moves to each due alarm in order of time (ties: order of waiting).
    void advance(milliseconds step) { advance_to(now_ + step); }
    void advance_to(SteadyTime time);
    void settle();  // runs what is ready, without moving time
    std::optional<SteadyTime> next_alarm() const;
    void jump_wall(milliseconds step) { wall_ += step; }

 private:
    friend class ManualAlarm;
    using Key = std::pair<SteadyTime, std::uint64_t>;

    boost::asio::io_context& io_;
    SteadyTime now_{std::chrono::hours(1000)};
    WallTime wall_{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};
    std::uint64_t order_{};
    std::map<Key, class ManualAlarm*> waiting_;
};

// A fixed sequence: the same seed, the same test.
class SeededRandom final : public Random {
 public:
    explicit SeededRandom(std::uint64_t seed = 1) : state_(seed) {}
    std::uint64_t bits() override {  // splitmix64
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }

 private:
    std::uint64_t state_;
};

// Starts `task` and runs the loop without moving time; the result is there when the task ended.
template <class T>
class Started {
 public:
    Started(boost::asio::io_context& io, Task<T> task) {
        boost::asio::co_spawn(io, keep(std::move(task), state_), [state = state_](std::exception_ptr bug) {
            state->bug = bug;
            state->done = true;
        });
        io.restart();
        io.poll();
    }
    bool done() const { return state_->done; }
    T& get() {
        if (state_->bug) std::rethrow_exception(state_->bug);
        return state_->value.value();
    }

 private:
    struct State {
        bool done{};
        std::exception_ptr bug;
        std::optional<T> value;
    };
    static Task<void> keep(Task<T> task, std::shared_ptr<State> state) {
        state->value.emplace(co_await std::move(task));
    }
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

template <class T>
Started<T> start(boost::asio::io_context& io, Task<T> task) {
    return Started<T>(io, std::move(task));
}

}  // namespace herald::test
