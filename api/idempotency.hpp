#pragma once
// Writes that may be repeated: the caller's key, and answers as the store keeps them.

#include <expected>
#include <optional>
#include <string>

#include "api/backend.hpp"
#include "api/problem.hpp"

namespace herald::api {

// The Idempotency-Key as the store knows it, empty when none was sent, or why it is not one. Callers do not share keys:
// who guesses another's gets no answer that was meant for them, and nobody's is taken by chance. The caller is the name
// of the API key, so that a repetition finds its answer after the caller has changed to a new key.
std::expected<std::string, Problem> idempotency_key(const Call& call);

// An answer as opaque text (status, headers, body) and back, to the byte. nullopt: not written by to_stored.
std::string to_stored(const Response& response);
std::optional<Response> from_stored(std::string_view stored);

// The stored answer, marked as a repetition.
Response replayed(std::string_view stored);

}  // namespace herald::api
