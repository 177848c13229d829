#include "service/listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace herald::service {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr milliseconds after_accept_error{100};  // out of file descriptors, mostly: let some sessions end

}  // namespace

Listener::Listener(asio::any_io_executor loop, const std::string& host, std::uint16_t port, SessionPorts ports,
                   SessionLimits limits, std::function<void(std::exception_ptr)> on_bug)
    : loop_(loop),
      acceptor_(loop),
      ports_(std::move(ports)),
      limits_(limits),
      sessions_(loop, ports_.clock, std::move(on_bug)),
      room_(ports_.clock.make_alarm()) {
    ports_.idle = &idle_;
    const tcp::endpoint endpoint(asio::ip::make_address(host), port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(asio::socket_base::max_listen_connections);
}

std::string Listener::address() const {
    const auto endpoint = acceptor_.local_endpoint();
    const auto host = endpoint.address().to_string();
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                                      : fmt::format("{}:{}", host, endpoint.port());
}

Task<void> Listener::run() {
    while (!stopping_) {
        if (sessions_.size() >= max_connections) {
            idle_.close_oldest();  // whoever waits to be served comes before whoever might ask again
            co_await room_->wait_until(ports_.clock.now() + milliseconds(1'000));
            continue;
        }
        auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
        if (stopping_) break;
        if (error) {
            co_await ports_.clock.sleep_for(after_accept_error);
            continue;
        }
        sessions_.spawn(serve(std::move(socket)));
    }
}

Task<void> Listener::serve(tcp::socket socket) {
    co_await serve_connection(std::move(socket), tls_ ? &*tls_ : nullptr, ports_, limits_);
    room_->ring();
}

void Listener::stop() {
    stopping_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    idle_.close_all();
    room_->ring();
}

Task<bool> Listener::drain(SteadyTime deadline) {
    co_return co_await sessions_.join(deadline);
}

}  // namespace herald::service
