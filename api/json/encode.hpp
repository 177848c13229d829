#pragma once
// Described structs to JSON. Empty optionals are left out, an empty Nullable is null.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "api/json/decode.hpp"
#include "domain/audit/entry.hpp"
#include "domain/core/time.hpp"

namespace herald::api {

inline boost::json::value encode(bool value) {
    return value;
}
inline boost::json::value encode(std::int64_t value) {
    return value;
}
inline boost::json::value encode(double value) {
    return value;
}
inline boost::json::value encode(const std::string& value) {
    return boost::json::string(value);
}
inline boost::json::value encode(WallTime value) {
    return boost::json::string(to_rfc3339(value));
}

inline boost::json::value encode(const std::map<std::string, std::string>& values) {
    boost::json::object out;
    for (const auto& [key, value] : values) out.emplace(key, value);
    return out;
}

inline boost::json::value encode(const AuditDetails& details) {
    boost::json::object out;
    for (const auto& [key, value] : details)
        std::visit([&](const auto& plain) { out.emplace(key, encode(plain)); }, value);
    return out;
}

inline boost::json::value encode(const Scalar& value) {
    return std::visit(
        [](const auto& held) -> boost::json::value {
            using T = std::remove_cvref_t<decltype(held)>;
            if constexpr (std::same_as<T, std::monostate>)
                return nullptr;
            else if constexpr (std::same_as<T, std::string>)
                return boost::json::string(held);
            else
                return held;
        },
        value);
}

inline boost::json::value encode(const Scalars& values) {
    boost::json::object out;
    for (const auto& [key, value] : values) out.emplace(key, encode(value));
    return out;
}

template <Named E>
boost::json::value encode(E value) {
    return boost::json::string(std::string_view(Names<E>::name(value)));
}

template <class T>
boost::json::value encode(const Nullable<T>& value) {
    return value.value ? encode(*value.value) : boost::json::value(nullptr);
}

template <class T>
boost::json::value encode(const std::vector<T>& values) {
    boost::json::array out;
    out.reserve(values.size());
    for (const auto& value : values) out.push_back(encode(value));
    return out;
}

// What was taken is written as it was, but for what it was checked for.
template <std::size_t Max, std::size_t Min>
boost::json::value encode(const Text<Max, Min>& text) {
    return encode(text.value);
}
template <std::size_t Max>
boost::json::value encode(const Bytes<Max>& text) {
    return encode(text.value);
}
template <std::int64_t Min, std::int64_t Max>
boost::json::value encode(const Number<Min, Max>& number) {
    return encode(number.value);
}
template <std::size_t Max, std::size_t MaxLength, bool Scalars>
boost::json::value encode(const TextMap<Max, MaxLength, Scalars>& map) {
    return encode(map.values);
}
template <std::size_t Max, std::size_t MaxLength>
boost::json::value encode(const ScalarMap<Max, MaxLength>& map) {
    return encode(map.values);
}
template <class T, std::size_t Min, std::size_t Max>
boost::json::value encode(const List<T, Min, Max>& list) {
    return encode(list.values);
}

template <Described T>
boost::json::value encode(const T& value) {
    boost::json::object out;
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        const auto& field = value.*member.pointer;
        if constexpr (is_optional<std::remove_cvref_t<decltype(field)>>) {
            if (field) out.emplace(json_name(member.name), encode(*field));
        } else {
            out.emplace(json_name(member.name), encode(field));
        }
    });
    return out;
}

template <class T>
std::string to_json(const T& value) {
    return boost::json::serialize(encode(value));
}

}  // namespace herald::api
