#pragma once
// Facts about texts that JSON does not check for us.

#include <optional>
#include <string_view>

namespace herald::api {

// Code points, or nullopt when the bytes are not UTF-8 (RFC 3629: no surrogates, no overlong forms).
std::optional<std::size_t> utf8_length(std::string_view text);

}  // namespace herald::api
