#pragma once
// Where a client connects to.

#include <string>
#include <string_view>

#include "domain/core/result.hpp"

namespace herald::http {

struct Endpoint {
    bool tls{};
    std::string host;  // without brackets
    std::string port;
    std::string base_path;  // without a trailing slash; usually empty

    std::string authority() const;  // for the Host header: the port only when it is not the scheme's own

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// "https://api.intercom.io" or, for loopback hosts only, "http://127.0.0.1:4010". Anything else
// (credentials, query, fragment, other schemes, http elsewhere) is invalid_argument with the reason.
Result<Endpoint> parse_endpoint(std::string_view url);

}  // namespace herald::http
