#include "api/json/decode.hpp"

#include <cmath>
#include <limits>

namespace herald::api {
namespace {

constexpr std::size_t longest_name = 255;

// Numbers become text as they would be written by hand: 3, 3.5, 1e+20.
std::optional<std::string> scalar_text(const boost::json::value& value) {
    if (const auto* text = value.if_string()) return std::string(*text);
    if (const auto* truth = value.if_bool()) return *truth ? "true" : "false";
    if (const auto* number = value.if_int64()) return fmt::format("{}", *number);
    if (const auto* number = value.if_uint64()) return fmt::format("{}", *number);
    if (const auto* number = value.if_double(); number != nullptr && std::isfinite(*number))
        return fmt::format("{}", *number);
    return {};
}

// Clients whose language has one kind of number write 3.0, which Intercom does not take for an integer: it is one.
constexpr double exact_integers = 9007199254740992.0;

std::optional<Scalar> scalar(const boost::json::value& value) {
    if (value.is_null()) return Scalar{};
    if (const auto* text = value.if_string()) return Scalar{std::string(*text)};
    if (const auto* truth = value.if_bool()) return Scalar{*truth};
    if (const auto* number = value.if_int64()) return Scalar{*number};
    if (const auto* number = value.if_double(); number != nullptr && std::isfinite(*number)) {
        if (std::abs(*number) < exact_integers && std::trunc(*number) == *number)
            return Scalar{static_cast<std::int64_t>(*number)};
        return Scalar{*number};
    }
    return {};
}

}  // namespace

void decode(Decoder& decoder, const boost::json::value& value, WallTime& out) {
    const auto* text = value.if_string();
    if (text == nullptr) return decoder.wrong_type("a string", value);
    if (const auto time = from_rfc3339(*text))
        out = *time;
    else
        decoder.fail(FieldCode::invalid_value, "is not a time as RFC 3339 writes it: 2026-11-23T18:34:27Z");
}

void decode_scalars(Decoder& decoder, const boost::json::value& value, Scalars& out, std::size_t max,
                    std::size_t max_length) {
    const auto* object = value.if_object();
    if (object == nullptr) return decoder.wrong_type("an object", value);
    if (object->size() > max)
        return decoder.fail(FieldCode::too_many, fmt::format("{} entries, at most {} are taken", object->size(), max));
    for (const auto& [key, member] : *object) {
        const auto inside = decoder.enter(std::string_view(key));
        const auto name_length = utf8_length(key).value_or(key.size());
        if (name_length == 0 || name_length > longest_name)
            decoder.fail(FieldCode::invalid_value, fmt::format("a name has 1 to {} characters", longest_name));
        auto flat = scalar(member);
        if (!flat) {
            decoder.wrong_type("a flat value", member);
            continue;
        }
        if (const auto* text = std::get_if<std::string>(&*flat)) {
            const auto length = utf8_length(*text).value_or(text->size());
            if (length > max_length)
                decoder.fail(FieldCode::too_long,
                             fmt::format("{} characters, at most {} are taken", length, max_length));
        }
        out.emplace(key, *std::move(flat));
    }
}

void decode(Decoder& decoder, const boost::json::value& value, bool& out) {
    if (const auto* truth = value.if_bool())
        out = *truth;
    else
        decoder.wrong_type("true or false", value);
}

void decode(Decoder& decoder, const boost::json::value& value, std::int64_t& out) {
    if (const auto* number = value.if_int64())
        out = *number;
    else
        decoder.wrong_type("an integer", value);
}

void decode(Decoder& decoder, const boost::json::value& value, double& out) {
    boost::system::error_code inexact;
    const auto number = value.is_number() ? value.to_number<double>(inexact) : 0.0;
    if (value.is_number() && !inexact && std::isfinite(number))
        out = number;
    else
        decoder.wrong_type("a number", value);
}

void decode(Decoder& decoder, const boost::json::value& value, std::string& out) {
    if (const auto* text = value.if_string())
        out.assign(text->data(), text->size());
    else
        decoder.wrong_type("a string", value);
}

void decode(Decoder& decoder, const boost::json::value& value, TimeText& out) {
    const auto* text = value.if_string();
    if (text == nullptr) return decoder.wrong_type("a string", value);
    if (const auto time = parse_timestamp(std::string_view(*text)))
        out.value = *time;
    else
        decoder.fail(FieldCode::invalid_value,
                     "is not a date and time such as 2026-12-01T09:00:00+01:00, 2026-12-01T08:00:00Z or, with a "
                     "time_zone, 2026-12-01T09:00:00");
}

void decode_map(Decoder& decoder, const boost::json::value& value, std::map<std::string, std::string>& out,
                std::size_t max, std::size_t max_length, bool scalars) {
    const auto* object = value.if_object();
    if (object == nullptr) return decoder.wrong_type("an object", value);
    if (object->size() > max)
        return decoder.fail(FieldCode::too_many, fmt::format("{} entries, at most {} are taken", object->size(), max));
    for (const auto& [key, entry] : *object) {
        const auto inside = decoder.enter(std::string_view(key));
        if (key.empty() || utf8_length(key).value_or(0) > longest_name)
            decoder.fail(FieldCode::invalid_value, fmt::format("a name has 1 to {} characters", longest_name));
        if (!scalars && !entry.is_string()) {
            decoder.wrong_type("a string", entry);
            continue;
        }
        auto text = scalar_text(entry);
        if (!text)
            decoder.wrong_type("a string, a number or a boolean", entry);
        else if (text->size() > max_length)
            decoder.fail(FieldCode::too_long, fmt::format("{} bytes, at most {} are taken", text->size(), max_length));
        else
            out.emplace(key, *std::move(text));
    }
}

void refuse_unknown_member(Decoder& decoder, std::string_view member, FieldCode code, std::string_view known) {
    const bool later = code == FieldCode::not_supported_yet;
    auto detail = later ? "is not supported by this version of the API" : "there is no such field";
    decoder.fail_at(member, code,
                    known.empty() ? std::string(detail) : fmt::format("{}; there are: {}", detail, known));
}

}  // namespace herald::api
