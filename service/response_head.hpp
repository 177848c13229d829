#pragma once
// The head of an answer as it goes over the wire.

#include <cstddef>
#include <optional>
#include <string>

#include "api/message.hpp"
#include "domain/core/time.hpp"

namespace herald::service {

struct Framing {
    unsigned version{11};  // of HTTP: 10 or 11
    bool keep{};           // the connection may carry another request
    std::optional<std::size_t> length{};
    bool chunked{};
};

// The status line and the header with the empty line.
std::string response_head(const api::Response& response, const Framing& framing, WallTime now);

// "Mon, 23 Nov 2026 18:34:27 GMT"
std::string http_date(WallTime time);

}  // namespace herald::service
