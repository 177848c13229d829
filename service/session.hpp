#pragma once
// One client connection: reads requests within limits, asks the API, writes answers and streams.

#include <functional>
#include <list>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "api/api.hpp"
#include "domain/core/random.hpp"
#include "domain/core/time.hpp"

namespace herald::service {

// RESILIENCE.md 1.10.
struct SessionLimits {
    milliseconds keep_alive{60'000};           // idle between requests
    milliseconds handshake{5'000};             // of TLS
    milliseconds header{5'000};                // from the first byte of a request to the end of its header
    milliseconds body_step{10'000};            // between two pieces of a body
    std::size_t body_bytes_per_second{1'024};  // on average, after the first body_step
    milliseconds write_stall{30'000};
    milliseconds linger{2'000};  // after a refusal, for a client that is still sending
    std::size_t linger_bytes{64UL * 1024 * 1024};
    milliseconds request_deadline{30'000};
    std::size_t header_bytes{16UL * 1024};
    std::size_t target_bytes{8UL * 1024};
    int requests{10'000};  // on one connection
};

// The connections that wait for a request and may be closed without breaking anything.
class IdleConnections {
 public:
    class Place {  // for as long as the wait lasts
     public:
        Place(IdleConnections& idle, std::function<void()> close);
        ~Place();
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

     private:
        IdleConnections& idle_;
        std::list<std::function<void()>>::iterator place_;
    };

    void close_all();
    void close_oldest();  // the one that waits longest, if any

 private:
    std::list<std::function<void()>> close_;
};

// One request that was answered, by the API or by the session's own refusal.
struct Served {
    std::string_view request_id;
    std::string_view trace_id;
    std::string_view operation;  // empty: no route took it
    std::string_view actor;      // who asked; empty: nobody who was let in
    std::string_view method;     // empty: what came was refused before it was one
    int status{};
    SteadyTime::duration took{};  // from the end of the request to the start of the answer
};

struct SessionPorts {
    api::Api& api;
    Clock& clock;
    Random& random;
    // True once the process drains: every answer closes its connection.
    std::function<bool()> draining;
    // What escaped a handler: a bug, logged with the request id; the client got a 500.
    std::function<void(const std::string& request_id, std::exception_ptr)> on_bug;
    std::function<void(const Served&)> on_served = [](const Served&) {};
    IdleConnections* idle{};  // the listener's; outlives the sessions
};

// Serves the connection until either side ends it; over TLS when there is a context, which may go meanwhile. Never
// throws for what a client does.
Task<void> serve_connection(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls, SessionPorts ports,
                            SessionLimits limits);

}  // namespace herald::service
