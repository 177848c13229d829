#pragma once
// Which addresses belong to the public internet, and which lead inside: to this machine, its network or its cloud.

#include <optional>
#include <string_view>

#include <boost/asio/ip/address.hpp>

namespace herald::webhook {

using Address = boost::asio::ip::address;

struct NotPublic {
    std::string_view what;  // "loopback", "link-local", …
    bool is_internal{};     // private or loopback: where a receiver of one's own may be
};

// Nullopt: the address is public. An IPv6 address that stands for one of IPv4 is as public as that one.
std::optional<NotPublic> not_public(const Address& address);

}  // namespace herald::webhook
