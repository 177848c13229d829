#pragma once
// Task<T>: a coroutine on the one event-loop thread. A task that is awaited where it is called may take
// references; one that is spawned (domain/core/scope.hpp) takes values.

#include <boost/asio/awaitable.hpp>

namespace herald {

template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace herald
