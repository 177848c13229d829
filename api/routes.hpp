#pragma once
// The one list of what the API answers. openapi.yaml is tested against it, both ways.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "api/backend.hpp"
#include "domain/access/key_scope.hpp"

namespace herald::api {

enum class Verb : std::uint8_t { get, post, put, patch, del };

std::string_view name(Verb verb);  // "GET", "POST", …
// Whether requests of the method carry a body that means something.
bool takes_body(Verb verb);

inline constexpr std::size_t small_body = 64UL * 1024UL;
inline constexpr std::size_t draft_body = 2UL * 1024UL * 1024UL;  // texts, variables and metadata, but no audience
inline constexpr std::size_t message_body = 1024UL * 1024UL;      // escaped, a body takes more bytes than it has
inline constexpr std::size_t large_body = 8UL * 1024UL * 1024UL;
inline constexpr std::size_t any_body = std::numeric_limits<std::size_t>::max();

// How a route takes its body.
enum class BodyKind : std::uint8_t {
    json,    // whole, before the handler runs
    stream,  // of any size, read by the handler as it comes; the route judges its type
};

struct Route {
    Verb verb{};
    std::string_view path;          // segments in braces match any segment
    std::string_view operation;     // the operationId in openapi.yaml
    std::optional<KeyScope> scope;  // what a key needs for it; none: about the process, and open to everybody
    Task<Answer> (*handler)(Backend&, const Call&);
    std::span<const std::string_view> query{};  // the parameters it takes; any other is refused
    std::size_t body{small_body};
    std::string_view produces{"application/json"};
    std::span<const std::string_view> also{};  // not empty: what it answers depends on the query, and it negotiates
    BodyKind kind{BodyKind::json};
};

std::span<const Route> routes();

}  // namespace herald::api
