#pragma once

#include <exception>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "tests/intercom_sim/app.hpp"

namespace sim {

// Accepts connections for ever.
boost::asio::awaitable<void> serve(boost::asio::ip::tcp::acceptor& acceptor, App& app);
// One connection, to its end. The only user of Beast.
boost::asio::awaitable<void> session(boost::asio::ip::tcp::socket socket, App& app, std::uint64_t number);
// Ends of spawned tasks: an exception is a bug of the stand-in and ends it, loudly.
void task_ended(const std::exception_ptr& bug);
void reset(boost::asio::ip::tcp::socket& socket);  // RST instead of FIN

}  // namespace sim
