#include "tests/intercom_sim/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sim {

namespace asio = boost::asio;

void task_ended(const std::exception_ptr& bug) {
    if (bug) std::rethrow_exception(bug);
}

void reset(asio::ip::tcp::socket& socket) {
    boost::system::error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

asio::awaitable<void> serve(asio::ip::tcp::acceptor& acceptor, App& app) {
    std::uint64_t number = 0;
    for (;;) {
        boost::system::error_code error;
        asio::ip::tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted) co_return;
        if (error) {  // out of descriptors: wait for some to be given back
            asio::steady_timer pause(acceptor.get_executor(), std::chrono::milliseconds(10));
            co_await pause.async_wait(asio::use_awaitable);
            continue;
        }
        if (app.refuse_connection()) {
            reset(socket);
            continue;
        }
        boost::system::error_code ignored;
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        asio::co_spawn(acceptor.get_executor(), session(std::move(socket), app, ++number), task_ended);
    }
}

}  // namespace sim
