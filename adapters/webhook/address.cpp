#include "adapters/webhook/address.hpp"

#include <array>
#include <cstddef>
#include <vector>

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace herald::webhook {
namespace {

namespace ip = boost::asio::ip;

using Bytes4 = ip::address_v4::bytes_type;
using Bytes6 = ip::address_v6::bytes_type;

template <class Bytes>
struct Block {
    Bytes first;
    std::size_t bits;
    NotPublic is;
};

template <class Bytes>
bool within(const Bytes& address, const Bytes& first, std::size_t bits) {
    const std::size_t whole = bits / 8;
    for (std::size_t i = 0; i < whole; ++i)
        if (address[i] != first[i]) return false;
    if (bits % 8 == 0) return true;
    const auto mask = static_cast<unsigned char>(0xffU << (8 - bits % 8));
    return ((address[whole] ^ first[whole]) & mask) == 0;
}

Block<Bytes4> block4(const char* network, std::string_view what, bool is_internal = false) {
    const auto parsed = ip::make_network_v4(network);
    return {parsed.address().to_bytes(), parsed.prefix_length(), {what, is_internal}};
}

Block<Bytes6> block6(const char* network, std::string_view what, bool is_internal = false) {
    const auto parsed = ip::make_network_v6(network);
    return {parsed.address().to_bytes(), parsed.prefix_length(), {what, is_internal}};
}

// IANA's special-purpose registry.
const std::vector<Block<Bytes4>>& blocks4() {
    static const std::vector<Block<Bytes4>> out{
        block4("0.0.0.0/8", "unspecified"),
        block4("10.0.0.0/8", "private", true),
        block4("100.64.0.0/10", "private", true),  // of carriers, and of some clusters
        block4("127.0.0.0/8", "loopback", true),
        block4("168.63.129.16/32", "link-local"),  // Azure's answer to 169.254.169.254
        block4("169.254.0.0/16", "link-local"),
        block4("172.16.0.0/12", "private", true),
        block4("192.0.0.0/24", "reserved"),
        block4("192.0.2.0/24", "documentation"),
        block4("192.88.99.0/24", "reserved"),
        block4("192.168.0.0/16", "private", true),
        block4("198.18.0.0/15", "reserved"),
        block4("198.51.100.0/24", "documentation"),
        block4("203.0.113.0/24", "documentation"),
        block4("224.0.0.0/4", "multicast"),
        block4("240.0.0.0/4", "reserved"),  // and broadcast
    };
    return out;
}

const std::vector<Block<Bytes6>>& blocks6() {
    static const std::vector<Block<Bytes6>> out{
        block6("::/128", "unspecified"),          block6("::1/128", "loopback", true),
        block6("fc00::/7", "private", true),      block6("fe80::/10", "link-local"),
        block6("fec0::/10", "site-local"),        block6("ff00::/8", "multicast"),
        block6("2001::/23", "reserved"),  // Teredo, benchmarks, ORCHID
        block6("2001:db8::/32", "documentation"), block6("3fff::/20", "documentation"),
    };
    return out;
}

template <class Bytes>
std::optional<NotPublic> look_up(const std::vector<Block<Bytes>>& blocks, const Bytes& address) {
    for (const auto& block : blocks)
        if (within(address, block.first, block.bits)) return block.is;
    return {};
}

// Where an IPv6 address holds one of IPv4.
struct Wrapped {
    Bytes6 first;
    std::size_t bits;
    std::size_t at;
};

const std::array<Wrapped, 3>& wrappings() {
    static const std::array<Wrapped, 3> out{{
        {ip::make_address_v6("::ffff:0:0").to_bytes(), 96, 12},  // mapped
        {ip::make_address_v6("64:ff9b::").to_bytes(), 96, 12},   // NAT64
        {ip::make_address_v6("2002::").to_bytes(), 16, 2},       // 6to4
    }};
    return out;
}

std::optional<NotPublic> not_public6(const Bytes6& address) {
    for (const auto& [first, bits, at] : wrappings()) {
        if (!within(address, first, bits)) continue;
        const Bytes4 inside{address[at], address[at + 1], address[at + 2], address[at + 3]};
        if (const auto found = look_up(blocks4(), inside)) return NotPublic{found->what, false};
        return {};
    }
    if (const auto found = look_up(blocks6(), address)) return found;
    static const auto global = ip::make_address_v6("2000::").to_bytes();
    constexpr std::size_t global_bits = 3;
    if (!within(address, global, global_bits)) return NotPublic{"reserved", false};
    return {};
}

}  // namespace

std::optional<NotPublic> not_public(const Address& address) {
    return address.is_v4() ? look_up(blocks4(), address.to_v4().to_bytes()) : not_public6(address.to_v6().to_bytes());
}

}  // namespace herald::webhook
