#pragma once
// JSON values to described structs. Every mistake is reported, with its JSON pointer; what could not be read
// keeps its default. After its members, a struct is checked by `check(Decoder&, const T&)` where one is declared.

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

#include <boost/describe.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>
#include <fmt/format.h>

#include "api/json/decoder.hpp"
#include "api/json/names.hpp"
#include "api/json/text.hpp"
#include "api/json/types.hpp"

namespace herald::api {

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public>;

template <class T>
concept Described = boost::describe::has_describe_members<T>::value;

// What a member is called in JSON: a keyword of C++ cannot be one, so it stands in the struct with a _ behind it.
constexpr std::string_view json_name(std::string_view member) {
    if (member.ends_with('_')) member.remove_suffix(1);
    return member;
}

// What a member that a struct does not have is called; specialise it for a struct that will have more.
template <class T>
constexpr FieldCode unknown_member_code = FieldCode::unknown_field;

void decode(Decoder& decoder, const boost::json::value& value, bool& out);
void decode(Decoder& decoder, const boost::json::value& value, std::int64_t& out);
void decode(Decoder& decoder, const boost::json::value& value, double& out);
void decode(Decoder& decoder, const boost::json::value& value, std::string& out);
void decode(Decoder& decoder, const boost::json::value& value, TimeText& out);
void decode(Decoder& decoder, const boost::json::value& value, WallTime& out);
void decode_scalars(Decoder& decoder, const boost::json::value& value, Scalars& out, std::size_t max,
                    std::size_t max_length);
void decode_map(Decoder& decoder, const boost::json::value& value, std::map<std::string, std::string>& out,
                std::size_t max, std::size_t max_length, bool scalars);
void refuse_unknown_member(Decoder& decoder, std::string_view member, FieldCode code, std::string_view known);

template <Named E>
void decode(Decoder& decoder, const boost::json::value& value, E& out) {
    const auto* text = value.if_string();
    if (text == nullptr) return decoder.wrong_type("a string", value);
    for (const auto candidate : Names<E>::values)
        if (Names<E>::name(candidate) == std::string_view(*text)) {
            out = candidate;
            return;
        }
    decoder.fail(unknown_value_code<E>(), fmt::format("one of {} is expected", all_names<E>()));
}

template <std::size_t Max, std::size_t Min>
void decode(Decoder& decoder, const boost::json::value& value, Text<Max, Min>& out) {
    decode(decoder, value, out.value);
    if (!value.is_string()) return;
    const auto length = utf8_length(out.value).value_or(out.value.size());
    if (length > Max)
        decoder.fail(FieldCode::too_long, fmt::format("{} characters, at most {} are taken", length, Max));
    if (length < Min)
        decoder.fail(FieldCode::too_short, length == 0
                                               ? "must not be empty"
                                               : fmt::format("{} characters, at least {} are needed", length, Min));
}

template <std::size_t Max>
void decode(Decoder& decoder, const boost::json::value& value, Bytes<Max>& out) {
    decode(decoder, value, out.value);
    if (!value.is_string()) return;
    if (out.value.size() > Max)
        decoder.fail(FieldCode::too_long, fmt::format("{} bytes, at most {} are taken", out.value.size(), Max));
    if (out.value.empty()) decoder.fail(FieldCode::too_short, "must not be empty");
}

template <std::int64_t Min, std::int64_t Max>
void decode(Decoder& decoder, const boost::json::value& value, Number<Min, Max>& out) {
    decode(decoder, value, out.value);
    if (value.is_int64() && (out.value < Min || out.value > Max))
        decoder.fail(FieldCode::invalid_value, fmt::format("must be a whole number from {} to {}", Min, Max));
}

template <std::size_t Max, std::size_t MaxLength, bool Scalars>
void decode(Decoder& decoder, const boost::json::value& value, TextMap<Max, MaxLength, Scalars>& out) {
    decode_map(decoder, value, out.values, Max, MaxLength, Scalars);
}

template <std::size_t Max, std::size_t MaxLength>
void decode(Decoder& decoder, const boost::json::value& value, ScalarMap<Max, MaxLength>& out) {
    decode_scalars(decoder, value, out.values, Max, MaxLength);
}

template <class T, std::size_t Min, std::size_t Max>
void decode(Decoder& decoder, const boost::json::value& value, List<T, Min, Max>& out) {
    const auto* array = value.if_array();
    if (array == nullptr) return decoder.wrong_type("an array", value);
    if (array->size() < Min)
        decoder.fail(FieldCode::too_few, fmt::format("{} elements, at least {} needed", array->size(), Min));
    if (array->size() > Max)
        return decoder.fail(FieldCode::too_many, fmt::format("{} elements, at most {} are taken", array->size(), Max));
    out.values.resize(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) {
        const auto inside = decoder.enter(i);
        decode(decoder, (*array)[i], out.values[i]);
    }
}

// null is taken for absent.
template <class T>
void decode(Decoder& decoder, const boost::json::value& value, std::optional<T>& out) {
    if (!value.is_null()) decode(decoder, value, out.emplace());
}

template <Described T>
void decode(Decoder& decoder, const boost::json::value& value, T& out) {
    const auto* object = value.if_object();
    if (object == nullptr) return decoder.wrong_type("an object", value);
    std::string known;
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        auto& field = out.*member.pointer;
        const auto name = json_name(member.name);
        if (const auto* found = object->if_contains(name)) {
            const auto inside = decoder.enter(name);
            decode(decoder, *found, field);
        } else if constexpr (is_required<decltype(field)>) {
            decoder.fail_at(name, FieldCode::required, "is missing");
        }
    });
    for (const auto& [key, ignored] : *object) {
        bool is_member = false;
        boost::mp11::mp_for_each<members_of<T>>([&](auto member) { is_member |= key == json_name(member.name); });
        if (is_member) continue;
        if (known.empty())
            boost::mp11::mp_for_each<members_of<T>>(
                [&](auto member) { known += fmt::format("{}{}", known.empty() ? "" : ", ", json_name(member.name)); });
        refuse_unknown_member(decoder, key, unknown_member_code<T>, known);
    }
    if constexpr (requires { check(decoder, std::as_const(out)); }) check(decoder, std::as_const(out));
}

}  // namespace herald::api
