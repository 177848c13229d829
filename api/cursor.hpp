#pragma once
// Opaque places in lists. A cursor says which list it belongs to, so that a foreign one is refused.

#include <optional>
#include <string>
#include <string_view>

namespace herald::api {

std::string make_cursor(std::string_view list, std::string_view position);
// The position, or nullopt when the text is no cursor of this list.
std::optional<std::string> read_cursor(std::string_view list, std::string_view text);

}  // namespace herald::api
