#pragma once
// A webhook's URL, taken apart. Strict: what two programs might read differently is none.

#include <optional>
#include <string>
#include <string_view>

#include "adapters/http/endpoint.hpp"
#include "adapters/webhook/address.hpp"
#include "domain/core/result.hpp"

namespace herald::webhook {

struct Target {
    http::Endpoint endpoint;         // the host in lower case, no base path
    std::string target;              // path and query, origin form
    std::optional<Address> address;  // when the host is one

    std::string place() const;  // "host:port"
};

// http or https, a host as `host_of` takes it, any port but 0, at most 2,048 bytes; neither credentials nor a
// fragment. Errors: content_rejected, whose detail holds nothing of the URL but the host.
Result<Target> parse_target(std::string_view url);

// A name of letters, digits and hyphens whose last label is no number, or an address in its one canonical spelling,
// IPv6 without brackets. In lower case. Nullopt: anything else, such as 0177.0.0.1, 2130706433 or a trailing dot.
std::optional<std::string> host_of(std::string_view text);

// "example.com", "example.com:8443", "[::1]:8443": split, not looked at any closer.
struct Authority {
    std::string_view host;  // without brackets, which only IPv6 has
    std::optional<std::string_view> port;
};
std::optional<Authority> split_authority(std::string_view text);
// 1 to 65535, without leading zeros.
std::optional<std::string> port_of(std::string_view text);

// Of a host.
std::optional<Address> address_of(const std::string& host);

}  // namespace herald::webhook
