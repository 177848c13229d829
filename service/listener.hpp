#pragma once
// Accepts connections, at most so many at a time, and keeps them until they are served.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "domain/core/scope.hpp"
#include "service/session.hpp"

namespace herald::service {

class Listener {
 public:
    static constexpr std::size_t max_connections = 4'096;

    // Binds at once; throws boost::system::system_error when the address cannot be had.
    Listener(boost::asio::any_io_executor loop, const std::string& host, std::uint16_t port, SessionPorts ports,
             SessionLimits limits, std::function<void(std::exception_ptr)> on_bug);

    // From the next connection on; without, it is plain HTTP.
    void use(boost::asio::ssl::context tls) { tls_ = std::move(tls); }

    Task<void> run();  // until stop()
    void stop();       // no new connections; those that wait for a request are closed
    // Waits for the sessions that are being served; true when every one ended by the deadline.
    Task<bool> drain(SteadyTime deadline);

    std::string address() const;  // "127.0.0.1:8080", with the port that was bound
    std::size_t connections() const { return sessions_.size(); }

 private:
    Task<void> serve(boost::asio::ip::tcp::socket socket);

    boost::asio::any_io_executor loop_;
    boost::asio::ip::tcp::acceptor acceptor_;
    IdleConnections idle_;
    SessionPorts ports_;
    SessionLimits limits_;
    Scope sessions_;
    std::unique_ptr<Alarm> room_;  // rung when a session ends
    std::optional<boost::asio::ssl::context> tls_;
    bool stopping_{};
};

}  // namespace herald::service
