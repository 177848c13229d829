#include "service/response_head.hpp"

#include <iterator>

#include <boost/beast/http/status.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace herald::service {
namespace {

constexpr unsigned version_1_1 = 11;
constexpr std::size_t usual_size = 768;

std::string_view reason_of(int status) {
    return boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
}

void line(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string response_head(const api::Response& response, const Framing& framing, WallTime now) {
    const bool is_1_1 = framing.version >= version_1_1;
    std::string out;
    out.reserve(usual_size);
    fmt::format_to(std::back_inserter(out), "HTTP/1.{} {} {}\r\n", is_1_1 ? 1 : 0, response.status,
                   reason_of(response.status));
    line(out, "Date", http_date(now));
    for (const auto& [name, value] : response.headers) line(out, name, value);
    if (framing.length) fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", *framing.length);
    if (framing.chunked) line(out, "Transfer-Encoding", "chunked");
    if (framing.keep != is_1_1) line(out, "Connection", framing.keep ? "keep-alive" : "close");
    return out += "\r\n";
}

std::string http_date(WallTime time) {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", std::chrono::floor<seconds>(time));
}

}  // namespace herald::service
