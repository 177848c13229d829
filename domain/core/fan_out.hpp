#pragma once
// Bounded structured concurrency: n tasks, at most `width` at a time, all ended when the call returns.

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "domain/core/scope.hpp"

namespace herald {

// Runs body(0) … body(n-1). `body` and what it refers to must outlive the call, which they do when the caller
// awaits it. The first exception is rethrown after all have ended.
Task<void> fan_out(boost::asio::any_io_executor loop, Clock& clock, std::size_t n, std::size_t width,
                   std::function<Task<void>(std::size_t)> body);

}  // namespace herald
