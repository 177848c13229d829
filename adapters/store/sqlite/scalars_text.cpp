#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "adapters/store/sqlite/automation_rows.hpp"

namespace herald::sqlite {
namespace {

namespace json = boost::json;

json::value to_json(const Scalar& scalar) {
    return std::visit(
        [](const auto& plain) -> json::value {
            if constexpr (std::is_same_v<std::decay_t<decltype(plain)>, std::monostate>)
                return nullptr;
            else
                return json::value(plain);
        },
        scalar);
}

Scalar to_scalar(const json::value& value) {
    if (const auto* flag = value.if_bool()) return *flag;
    if (const auto* whole = value.if_int64()) return *whole;
    if (const auto* real = value.if_double()) return *real;
    if (const auto* text = value.if_string()) return std::string(*text);
    return {};
}

}  // namespace

std::string to_text(const Scalars& values) {
    if (values.empty()) return {};
    json::object object(values.size());
    for (const auto& [key, value] : values) object.emplace(key, to_json(value));
    return json::serialize(object);
}

Scalars to_scalars(const std::string& text) {
    if (text.empty()) return {};
    boost::system::error_code error;
    json::parse_options options;
    options.allow_invalid_utf8 = true;  // as we write it
    const auto parsed = json::parse(text, error, {}, options);
    if (error || !parsed.is_object()) throw SQLite::Exception("a stored value is not a JSON object");
    Scalars values;
    for (const auto& [key, value] : parsed.get_object()) values.emplace(key, to_scalar(value));
    return values;
}

}  // namespace herald::sqlite
