#pragma once
// An HTTP/1.1 client with a keep-alive pool for one host. Ours rather than a library's because a send must
// know whether the last body byte was handed over before a failure, and must never be repeated behind its
// back: common clients repeat a POST silently when a reused connection dies.

#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/http/endpoint.hpp"
#include "adapters/http/exchange.hpp"

namespace herald::http {

struct ClientOptions {
    milliseconds connect{3'000};
    milliseconds tls{3'000};
    milliseconds write{5'000};
    milliseconds idle{20'000};      // an idle connection older than this is not used again
    milliseconds send_idle{1'000};  // the same, for calls that are not safe to repeat
    milliseconds max_age{600'000};
    int max_requests{900};  // below the 1,000 after which common servers close
    std::size_t max_idle{128};
    std::size_t header_limit{64UL * 1024};
    std::size_t body_limit{4UL * 1024 * 1024};
    // False: an answer counts as soon as its header is there. Its body is read, so that the peer can end in peace, but
    // one that is too long, too slow or broken changes nothing.
    bool body_matters{true};
    milliseconds resolve_every{60'000};
    std::string ca_file;  // PEM; empty: the system's certificates
    std::string user_agent{"herald"};
};

// Failures up to Phase::write were not executed; Phase::response is ambiguous. A call that fails on a reused
// connection because the peer had closed it is replayed once on a fresh one, when it was not executed or is
// safe to repeat. Certificates and host names are verified, TLS 1.2 or 1.3.
// All waits end at the call's own total, its step's limit or the deadline, whichever is first.
class Client final : public Exchange {
 public:
    // Throws when `ca_file` cannot be read.
    Client(boost::asio::any_io_executor loop, Clock& clock, Endpoint endpoint, ClientOptions options = {});
    ~Client() override;

    Task<Outcome> send(const Call& call, Deadline deadline) override;

    std::size_t idle_connections() const;
    std::size_t opened_connections() const;  // since construction
    void close_idle();

 private:
    class Pool;
    std::unique_ptr<Pool> pool_;
};

}  // namespace herald::http
