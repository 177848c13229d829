#include "service/request_head.hpp"

#include <algorithm>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>

namespace herald::service {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr unsigned version_1_1 = 11;

std::optional<Refusal> malformed(std::string_view why) {
    return Refusal{400, "malformed_request", std::string(why)};
}

// A field that goes on in the next line.
bool is_folded(std::string_view text) {
    return text.contains("\r\n ") || text.contains("\r\n\t");
}

bool is_host(std::string_view host) {
    const auto parsed = boost::urls::parse_authority(host);
    return parsed && !parsed->has_userinfo();
}

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Refusal> refuse_length(const RequestHead& head) {
    const auto lengths = head.count(http::field::content_length);
    if (lengths > 1) return malformed("more than one Content-Length");
    if (lengths == 1 && !is_number(head[http::field::content_length])) return malformed("Content-Length is no number");
    const auto codings = head.count(http::field::transfer_encoding);
    if (codings == 0) return {};
    if (lengths > 0) return malformed("both Content-Length and Transfer-Encoding");
    if (head.version() < version_1_1) return malformed("HTTP/1.0 has no Transfer-Encoding");
    if (codings > 1 || !beast::iequals(head[http::field::transfer_encoding], "chunked"))
        return malformed("the only Transfer-Encoding taken is chunked");
    return {};
}

}  // namespace

std::optional<Refusal> refuse_head(std::string_view text, const RequestHead& head, std::size_t longest_target) {
    if (is_folded(text)) return malformed("a header field is folded over two lines");
    const auto hosts = head.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && head.version() >= version_1_1)) return malformed("exactly one Host is needed");
    if (hosts == 1 && !is_host(head[http::field::host])) return malformed("Host is no host");
    if (auto refusal = refuse_length(head)) return refusal;
    if (head.target().size() > longest_target) return Refusal{414, "uri_too_long", "the path and query are too long"};
    if (head.version() >= version_1_1 && head.count(http::field::expect) > 0 && !expects_continue(head))
        return Refusal{417, "expectation_failed", "the only expectation that is met is 100-continue"};
    return {};
}

bool expects_continue(const RequestHead& head) {
    return head.version() >= version_1_1 && beast::iequals(head[http::field::expect], "100-continue");
}

TraceContext trace_of(const RequestHead& head, Random& random) {
    // Several contradict each other.
    if (head.count("traceparent") != 1) return continue_trace({}, random);
    return continue_trace(parse_traceparent(head["traceparent"]), random);
}

}  // namespace herald::service
