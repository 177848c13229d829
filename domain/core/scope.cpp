#include "domain/core/scope.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace herald {

Scope::Scope(boost::asio::any_io_executor loop, Clock& clock, std::function<void(std::exception_ptr)> on_bug)
    : loop_(std::move(loop)), on_bug_(std::move(on_bug)), emptied_(clock.make_alarm()) {}

void Scope::spawn(Task<void> task) {
    ++running_;
    boost::asio::co_spawn(loop_, std::move(task), [this](const std::exception_ptr& bug) {
        if (--running_ == 0) emptied_->ring();
        if (bug) on_bug_(bug);
    });
}

Task<bool> Scope::join(SteadyTime deadline) {
    while (running_ > 0)
        if (!co_await emptied_->wait_until(deadline)) co_return running_ == 0;
    co_return true;
}

}  // namespace herald
