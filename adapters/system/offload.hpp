#pragma once
// The one way to do blocking work: on a pool thread, awaited from the event loop.

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prepend.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "domain/core/task.hpp"

namespace herald {

// Runs `work` on `pool` and resumes the caller on its own executor with the result. What `work` throws is
// rethrown to the caller. Not cancellable: work that has begun ends, and its result is not lost.
template <class Work>
Task<std::invoke_result_t<Work&>> offload(boost::asio::thread_pool& pool, Work work) {
    using T = std::invoke_result_t<Work&>;
    using Stored = std::conditional_t<std::is_void_v<T>, bool, T>;
    std::optional<Stored> value;
    std::exception_ptr error;
    const auto run = [&] {
        try {
            if constexpr (std::is_void_v<T>) {
                work();
                value.emplace(true);
            } else {
                value.emplace(work());
            }
        } catch (...) {
            error = std::current_exception();
        }
    };
    co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(
        [&pool, &run](auto handler) {
            boost::asio::post(pool, [&run, handler = std::move(handler)]() mutable {
                run();
                const auto executor = boost::asio::get_associated_executor(handler);
                boost::asio::post(executor, std::move(handler));
            });
        },
        boost::asio::use_awaitable);
    if (error) std::rethrow_exception(error);
    if constexpr (!std::is_void_v<T>) co_return std::move(*value);
}

}  // namespace herald
