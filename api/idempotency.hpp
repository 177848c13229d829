#pragma once
// Writes that may be repeated: the caller's key, and answers as the store keeps them.

#include <expected>
#include <optional>
#include <string>

#include "api/problem.hpp"

namespace herald::api {

// The Idempotency-Key, empty when none was sent, or why it is not one.
std::expected<std::string, Problem> idempotency_key(const Headers& headers);

// An answer as opaque text (status, headers, body) and back, to the byte. nullopt: not written by to_stored.
std::string to_stored(const Response& response);
std::optional<Response> from_stored(std::string_view stored);

// The stored answer, marked as a repetition.
Response replayed(std::string_view stored);

}  // namespace herald::api
