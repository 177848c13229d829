#pragma once
// One HTTP call as a value, and the one type between the domain's adapters and a socket.

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/core/error.hpp"
#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald::http {

using Header = std::pair<std::string, std::string>;

struct Call {
    std::string method;  // "GET", "POST", …
    std::string target;  // origin form: "/contacts/search"
    std::vector<Header> headers;
    std::string body;
    // A repetition has the same effect as one execution. False: never on a connection idle for more than
    // a second, never replayed by the transport.
    bool safe_to_repeat{true};
    milliseconds total{10'000};  // from connect to the last byte of the answer
};

struct Reply {
    int status{};
    std::vector<Header> headers;
    std::string body;

    // The first header of that name, any case; empty when absent.
    std::string_view header(std::string_view name) const;
};

// Where a call failed. Up to `write` the request was not handed over completely, so it was not executed;
// in `response` nobody knows.
enum class Phase : std::uint8_t {
    refused,  // by us: circuit open, hold, no time left; nothing was tried
    resolve,
    connect,
    tls,
    write,
    response,
};

std::string_view name(Phase phase);

struct Failure {
    Phase phase{};
    std::string what;  // for logs; no address of a person, no token
    std::optional<milliseconds> retry_after{};
    Errc why{Errc::upstream_unavailable};  // of a refusal by us
    bool peer_closed{};                    // the peer ended the connection before any byte of an answer
};

using Outcome = std::expected<Reply, Failure>;

class Exchange {
 public:
    virtual ~Exchange() = default;
    virtual Task<Outcome> send(const Call& call, Deadline deadline) = 0;
};

}  // namespace herald::http
