#pragma once
// What a request says about representations: Accept, Content-Type, If-None-Match, If-Match.

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/problem.hpp"

namespace herald::api {

// Whether the Accept field takes the media type. An absent field takes everything; so does one that names
// application/problem+json, because generated clients name only that of the types of an operation when no other is
// JSON.
bool accepts(const Headers& headers, std::string_view media_type);
// 406 for a client that does not.
Problem not_acceptable(std::string_view media_type);

// 415 unless the body, there or still to come, is said to be JSON (of a PATCH: or a JSON merge patch), uncompressed.
std::optional<Problem> check_json_body(const Request& request);

// The media type of an upload: one of `taken`, in UTF-8 and uncompressed; else a 415.
std::expected<std::string_view, Problem> upload_type(const Headers& headers, std::span<const std::string_view> taken);

// The weight, in thousandths, that an Accept-Encoding field gives a coding by name or by "*"; 0 when by neither.
int coding_weight(std::string_view field, std::string_view coding);

// An entity tag as the gzip representation of the same thing has it, and back.
std::string gzip_etag(std::string_view etag);
std::string plain_etag(std::string_view etag);

// Whether If-None-Match names this entity tag (weak comparison), or that of the same thing compressed.
bool none_match_names(const Headers& headers, std::string_view etag);

// Whether If-Match lets a write happen to what has this entity tag (strong comparison), as it is or compressed. An
// absent field does.
bool match_allows(const Headers& headers, std::string_view etag);

}  // namespace herald::api
