#include "api/json/decoder.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace herald::api {
namespace {

std::string_view kind_name(const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return "null";
        case boost::json::kind::bool_:
            return "a boolean";
        case boost::json::kind::int64:
        case boost::json::kind::uint64:
        case boost::json::kind::double_:
            return "a number";
        case boost::json::kind::string:
            return "a string";
        case boost::json::kind::array:
            return "an array";
        case boost::json::kind::object:
            return "an object";
    }
    return "something else";
}

void append_token(std::string& pointer, std::string_view token) {
    pointer += '/';
    for (const char c : token) {
        if (c == '~')
            pointer += "~0";
        else if (c == '/')
            pointer += "~1";
        else
            pointer += c;
    }
}

}  // namespace

Decoder::Inside::Inside(Decoder& decoder, std::string_view token)
    : decoder_(decoder), before_(decoder.pointer_.size()) {
    append_token(decoder.pointer_, token);
}

Decoder::Inside Decoder::enter(std::size_t element) {
    return {*this, fmt::format_int(element).str()};
}

void Decoder::fail_at(std::string_view member, FieldCode code, std::string detail) {
    const auto inside = enter(member);
    fail(code, std::move(detail));
}

void Decoder::fail_in(std::string pointer, FieldCode code, std::string detail) {
    errors_.add({std::move(pointer), code, std::move(detail)});
}

void Decoder::fail_below(std::string pointer, std::string_view member, FieldCode code, std::string detail) {
    append_token(pointer, member);
    fail_in(std::move(pointer), code, std::move(detail));
}

void Decoder::wrong_type(std::string_view expected, const boost::json::value& found) {
    fail(FieldCode::wrong_type, fmt::format("{} is expected, not {}", expected, kind_name(found)));
}

bool Decoder::failed(std::string_view member) const {
    auto pointer = pointer_;
    append_token(pointer, member);
    return std::ranges::any_of(errors_.listed, [&](const FieldError& error) { return error.pointer == pointer; });
}

bool Decoder::clean_in(std::string_view pointer) const {
    return std::ranges::none_of(errors_.listed, [&](const FieldError& error) {
        const std::string_view at = error.pointer;
        return at.starts_with(pointer) && (at.size() == pointer.size() || at[pointer.size()] == '/');
    });
}

}  // namespace herald::api
