#include "domain/core/fan_out.hpp"

#include <algorithm>

namespace herald {
namespace {

Task<void> run_from(std::size_t& next, std::size_t n, const std::function<Task<void>(std::size_t)>& body) {
    while (next < n) co_await body(next++);
}

}  // namespace

Task<void> fan_out(boost::asio::any_io_executor loop, Clock& clock, std::size_t n, std::size_t width,
                   std::function<Task<void>(std::size_t)> body) {
    std::size_t next = 0;
    std::exception_ptr first;
    Scope scope(std::move(loop), clock, [&first](std::exception_ptr bug) {
        if (!first) first = std::move(bug);
    });
    for (std::size_t i = 0; i < std::min(n, width); ++i) scope.spawn(run_from(next, n, body));
    co_await scope.join(SteadyTime::max());
    if (first) std::rethrow_exception(first);
}

}  // namespace herald
