#include "adapters/intercom/json_fields.hpp"

#include <type_traits>
#include <utility>

#include <boost/json/parse.hpp>

namespace herald::intercom {

namespace json = boost::json;

std::optional<json::object> read_object(std::string_view body, json::storage_ptr storage) {
    boost::system::error_code error;
    auto value = json::parse(json::string_view(body.data(), body.size()), error, std::move(storage));
    if (error || !value.is_object()) return {};
    return std::move(value.as_object());
}

std::optional<std::string> id_text(const json::object& from, std::string_view key) {
    const auto* value = from.if_contains(key);
    if (value == nullptr) return {};
    if (value->is_string()) return std::string(value->as_string());
    if (value->is_int64()) return std::to_string(value->as_int64());
    if (value->is_uint64()) return std::to_string(value->as_uint64());
    return {};
}

std::optional<std::string> text(const json::object& from, std::string_view key) {
    const auto* value = from.if_contains(key);
    if (value == nullptr || !value->is_string()) return {};
    return std::string(value->as_string());
}

bool flag(const json::object& from, std::string_view key) {
    const auto* value = from.if_contains(key);
    return value != nullptr && value->is_bool() && value->as_bool();
}

std::optional<WallTime> unix_time(const json::object& from, std::string_view key) {
    constexpr std::int64_t latest = 253'402'300'799;  // the end of the year 9999
    const auto* value = from.if_contains(key);
    if (value == nullptr || !value->is_int64()) return {};
    const auto at = value->as_int64();
    if (at <= 0 || at > latest) return {};
    return WallTime{seconds{at}};
}

std::optional<Scalar> scalar(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return Scalar{};
        case json::kind::bool_:
            return Scalar{value.get_bool()};
        case json::kind::int64:
            return Scalar{value.get_int64()};
        case json::kind::uint64:
            return Scalar{static_cast<double>(value.get_uint64())};
        case json::kind::double_:
            return Scalar{value.get_double()};
        case json::kind::string:
            return Scalar{std::string(value.get_string())};
        case json::kind::array:
        case json::kind::object:
            return {};
    }
    return {};
}

json::value to_json(const Scalar& value) {
    return std::visit(
        [](const auto& held) -> json::value {
            using T = std::remove_cvref_t<decltype(held)>;
            if constexpr (std::is_same_v<T, std::monostate>)
                return nullptr;
            else if constexpr (std::is_same_v<T, std::string>)
                return json::string(held);
            else
                return held;
        },
        value);
}

}  // namespace herald::intercom
