#pragma once
// The domain's port for heavy work, on a thread pool.

#include "adapters/system/offload.hpp"
#include "domain/ports/worker.hpp"

namespace herald {

class PoolWorker final : public Worker {
 public:
    explicit PoolWorker(boost::asio::thread_pool& pool) : pool_(pool) {}

    Task<void> run(std::function<void()> work) override { co_await offload(pool_, std::move(work)); }

 private:
    boost::asio::thread_pool& pool_;
};

}  // namespace herald
