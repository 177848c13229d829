#pragma once
// Reading members of Intercom's JSON, which writes the same id as a string here and as a number there.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include "domain/contact/profile.hpp"
#include "domain/core/time.hpp"

namespace herald::intercom {

std::optional<boost::json::object> read_object(std::string_view body, boost::json::storage_ptr storage = {});
std::optional<std::string> id_text(const boost::json::object& from, std::string_view key);
std::optional<std::string> text(const boost::json::object& from, std::string_view key);
bool flag(const boost::json::object& from, std::string_view key);
// Unix seconds; nullopt for null, 0 and everything else.
std::optional<WallTime> unix_time(const boost::json::object& from, std::string_view key);

// nullopt for arrays and objects.
std::optional<Scalar> scalar(const boost::json::value& value);
boost::json::value to_json(const Scalar& value);

}  // namespace herald::intercom
