#pragma once
// What RFC 9112 forbids in the head of a request and the parser lets through. Programs that disagree on where a message
// ends can be played off against each other, so whatever is not clear is refused.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/message.hpp>

#include "domain/core/random.hpp"
#include "domain/core/trace.hpp"

namespace herald::service {

struct Refusal {
    int status{};
    std::string_view code;
    std::string detail;
};

using RequestHead = boost::beast::http::request_header<>;

// `text` is what the head was read from, up to and with the empty line.
std::optional<Refusal> refuse_head(std::string_view text, const RequestHead& head, std::size_t longest_target);

// Whether the client waits for "100 Continue" before it sends the body.
bool expects_continue(const RequestHead& head);

TraceContext trace_of(const RequestHead& head, Random& random);

}  // namespace herald::service
