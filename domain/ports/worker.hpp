#pragma once
// Work that would keep the event loop busy for more than a few milliseconds: parsing and hashing large bodies.

#include <functional>

#include "domain/core/task.hpp"

namespace herald {

class Worker {
 public:
    virtual ~Worker() = default;

    // Runs `work` away from the event loop and returns when it has ended. What it throws is rethrown here.
    // What `work` refers to must outlive the call, also when the caller is cancelled.
    virtual Task<void> run(std::function<void()> work) = 0;
};

}  // namespace herald
