#pragma once
// JSON text to values, stricter than the parser of the library: a name may stand once in an object.

#include <expected>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace herald::api {

inline constexpr std::size_t deepest_json = 64;

// The value, or what is wrong and where, for people. Pure; a large text belongs on the worker.
std::expected<boost::json::value, std::string> parse_json(std::string_view text);

}  // namespace herald::api
