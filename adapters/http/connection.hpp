#pragma once
// One connection: open, one round trip at a time, and whether it may be used again.

#include <expected>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "adapters/http/client.hpp"

namespace herald::http {

using Addresses = boost::asio::ip::tcp::resolver::results_type;

class Connection {
 public:
    virtual ~Connection() = default;

    // Connects, and shakes hands for TLS. Phase connect or tls on failure.
    virtual Task<std::expected<void, Failure>> open(const Addresses& addresses, Deadline deadline) = 0;
    // Writes the call and reads its answer. Phase write or response on failure; the connection is then dead.
    virtual Task<Outcome> round_trip(const Call& call, Deadline deadline) = 0;
    // False when the peer has closed it or sent something unasked.
    virtual bool quiet() = 0;

    bool reusable{true};  // after a round trip: the answer was complete and both sides keep it open
    int requests{};
    SteadyTime opened{};
    SteadyTime idle_since{};
};

// `endpoint`, `options` and `tls` must outlive the connection; `tls` is null for plain HTTP.
std::unique_ptr<Connection> make_connection(const boost::asio::any_io_executor& loop, Clock& clock,
                                            const Endpoint& endpoint, const ClientOptions& options,
                                            boost::asio::ssl::context* tls);

}  // namespace herald::http
