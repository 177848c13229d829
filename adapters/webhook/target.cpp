#include "adapters/webhook/target.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <ranges>

#include <boost/url/parse.hpp>
#include <boost/url/scheme.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

namespace herald::webhook {
namespace {

constexpr std::size_t longest_url = 2'048;
constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= longest_label && !label.starts_with('-') && !label.ends_with('-') &&
           std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_name(std::string_view text) {
    if (text.empty() || text.size() > longest_name) return false;
    std::string_view last;
    for (const auto part : std::views::split(text, '.')) {
        last = {part.begin(), part.end()};
        if (!is_label(last)) return false;
    }
    // Resolvers take 127.1, 0x7f000001 and the like for addresses.
    return is_letter(last.front());
}

Error refused(std::string why) {
    return {Errc::content_rejected, std::move(why)};
}

}  // namespace

std::string Target::place() const {
    return fmt::format("{}:{}", endpoint.host, endpoint.port);
}

std::optional<Address> address_of(const std::string& host) {
    boost::system::error_code none;
    auto address = boost::asio::ip::make_address(host, none);
    if (none || address.to_string() != host) return {};
    return address;
}

std::optional<std::string> host_of(std::string_view text) {
    std::string host(text);
    std::ranges::transform(host, host.begin(), lower);
    if (!is_name(host) && !address_of(host)) return {};
    return host;
}

std::optional<Authority> split_authority(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return {};
        const auto host = text.substr(1, end - 1);
        const auto rest = text.substr(end + 1);
        if (!host.contains(':') || !(rest.empty() || rest.starts_with(':'))) return {};
        return Authority{host, rest.empty() ? std::nullopt : std::optional(rest.substr(1))};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return Authority{text, std::nullopt};
    return Authority{text.substr(0, colon), text.substr(colon + 1)};
}

std::optional<std::string> port_of(std::string_view text) {
    std::uint16_t port{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || port == 0) return {};
    return std::to_string(port);
}

Result<Target> parse_target(std::string_view url) {
    if (url.size() > longest_url) return refused(fmt::format("the URL is longer than {} bytes", longest_url));
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed) return refused("this is not a URL");
    const bool tls = parsed->scheme_id() == boost::urls::scheme::https;
    if ((!tls && parsed->scheme_id() != boost::urls::scheme::http) || !parsed->has_authority())
        return refused("the URL must begin with https://");
    if (parsed->has_fragment()) return refused("the URL must not have a fragment");

    // Taken apart here: Boost.URL 1.81 ends the authority of https://1.2.3.4.example.com/ behind the fourth number.
    const auto rest = url.substr(parsed->scheme().size() + std::string_view("://").size());
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    if (rest.substr(0, end).contains('@')) return refused("the URL must not hold credentials");
    const auto authority = split_authority(rest.substr(0, end));
    const auto host = authority ? host_of(authority->host) : std::nullopt;
    if (!host) return refused("the URL must name its host by a plain DNS name or a canonical address");
    const auto port = port_of(authority->port.value_or(tls ? "443" : "80"));
    if (!port) return refused("the URL has no usable port");

    Target out;
    out.endpoint = {tls, *host, *port, ""};
    out.target = rest.substr(end);
    if (!out.target.starts_with('/')) out.target.insert(0, "/");
    out.address = address_of(*host);
    return out;
}

}  // namespace herald::webhook
