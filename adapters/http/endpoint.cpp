#include "adapters/http/endpoint.hpp"

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

namespace herald::http {
namespace {

// By address, so that 127.example.org is not taken for one.
bool is_loopback(const boost::urls::url_view& url) {
    switch (url.host_type()) {
        case boost::urls::host_type::ipv4:
            return url.host_ipv4_address().is_loopback();
        case boost::urls::host_type::ipv6:
            return url.host_ipv6_address().is_loopback();
        case boost::urls::host_type::name:
            return url.host_name() == "localhost";
        case boost::urls::host_type::none:
        case boost::urls::host_type::ipvfuture:
            return false;
    }
    return false;
}

Error refused(std::string_view url, std::string_view why) {
    return {Errc::invalid_argument, fmt::format("'{}' {}", url, why)};
}

}  // namespace

std::string Endpoint::authority() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == (tls ? "443" : "80") ? name : name + ":" + port;
}

Result<Endpoint> parse_endpoint(std::string_view url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed) return refused(url, "is not a URL");
    const auto& view = *parsed;
    if (view.scheme() != "https" && view.scheme() != "http") return refused(url, "must begin with https://");
    if (view.has_userinfo() || view.has_query() || view.has_fragment())
        return refused(url, "must not hold credentials, a query or a fragment");

    Endpoint out;
    out.tls = view.scheme() == "https";
    out.host = view.host_address();
    if (out.host.empty()) return refused(url, "names no host");
    if (!out.tls && !is_loopback(view)) return refused(url, "must use https: plain http is for loopback only");
    out.port = view.has_port() ? std::string(view.port()) : out.tls ? "443" : "80";
    if (view.has_port() && view.port_number() == 0) return refused(url, "has no usable port");
    out.base_path = view.encoded_path();
    while (out.base_path.ends_with('/')) out.base_path.pop_back();
    return out;
}

}  // namespace herald::http
