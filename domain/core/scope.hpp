#pragma once
// Structured concurrency: every spawned task belongs to a scope, and a scope is joined before it goes.

#include <cstddef>
#include <exception>
#include <functional>

#include <boost/asio/any_io_executor.hpp>

#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald {

// A supervised set of tasks on the loop. A task that throws has a bug: the exception goes to `on_bug`.
// Destroy a scope only when size() is 0 or its loop no longer runs.
class Scope {
 public:
    Scope(boost::asio::any_io_executor loop, Clock& clock, std::function<void(std::exception_ptr)> on_bug);
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    // The task must own what it uses or use what outlives the scope.
    void spawn(Task<void> task);
    // Waits until no task is left or the deadline passes; true when none is left. One caller at a time.
    Task<bool> join(SteadyTime deadline);
    std::size_t size() const { return running_; }

 private:
    boost::asio::any_io_executor loop_;
    std::function<void(std::exception_ptr)> on_bug_;
    std::unique_ptr<Alarm> emptied_;
    std::size_t running_{};
};

}  // namespace herald
