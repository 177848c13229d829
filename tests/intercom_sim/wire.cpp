#include "tests/intercom_sim/wire.hpp"

#include <fmt/format.h>

#include "tests/intercom_sim/fault_effect.hpp"

namespace sim {

namespace {

std::string_view reason(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 413:
            return "Payload Too Large";
        case 415:
            return "Unsupported Media Type";
        case 422:
            return "Unprocessable Entity";
        case 423:
            return "Locked";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        default:
            return "Status";
    }
}

const std::string& date_of(std::int64_t unix_seconds) {
    static std::int64_t second = -1;
    static std::string date;
    if (unix_seconds != second) {
        second = unix_seconds;
        date = http_date(unix_seconds);
    }
    return date;
}

}  // namespace

std::string to_wire(const Reply& reply, const FaultPlan& faults, bool keep_alive, std::int64_t now_ms) {
    std::string wire;
    wire.reserve(reply.body.size() + 512);
    const auto out = std::back_inserter(wire);
    if (const FaultRule* flood = faults.modifier(FaultAction::continue_flood)) {
        for (std::int64_t i = 0; i < flood->amount; ++i) wire += "HTTP/1.1 103 Early Hints\r\n\r\n";
    }
    fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\nServer: nginx\r\n", reply.status, reason(reply.status),
                   date_of(now_ms / 1000));
    if (!reply.content_type.empty()) fmt::format_to(out, "Content-Type: {}\r\n", reply.content_type);
    for (const auto& [name, value] : reply.headers) fmt::format_to(out, "{}: {}\r\n", name, value);
    if (const FaultRule* bomb = faults.modifier(FaultAction::header_bomb)) {
        for (std::int64_t i = 0; i < bomb->amount; ++i) fmt::format_to(out, "X-Filler-{}: {:0>100}\r\n", i, i);
    }
    std::size_t length = reply.body.size();
    if (const FaultRule* wrong = faults.modifier(FaultAction::bad_length)) {
        length += static_cast<std::size_t>(wrong->bytes);
    }
    if (reply.status != 204) fmt::format_to(out, "Content-Length: {}\r\n", length);
    if (!keep_alive) wire += "Connection: close\r\n";
    wire += "\r\n";
    wire += reply.body;
    return wire;
}

std::string truncated(std::string wire) {
    const std::size_t head = wire.find("\r\n\r\n");
    const std::size_t body = wire.size() - head - 4;
    wire.resize(body < 2 ? head / 2 : head + 4 + body / 2);
    return wire;
}

std::string garbage() {
    using namespace std::string_view_literals;
    return std::string("\x16\x03\x01\x02\x00 not http \xff\xfe\x00\r\n\r\n{"sv);
}

}  // namespace sim
