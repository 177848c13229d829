#pragma once
// One mistake in what a client sent, with its place.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace herald::api {

enum class FieldCode : std::uint8_t {
    required,
    wrong_type,
    unknown_field,
    too_long,
    too_short,
    too_many,
    too_few,
    invalid_value,
    not_allowed,        // legal elsewhere, not in this combination
    exactly_one_of,     // several fields exclude each other, or none of them is there
    not_supported_yet,  // the API will have it; it is refused rather than ignored
    template_error,
    sender_not_an_admin,
    sender_missing,
    not_searchable,  // Intercom cannot search for this
    malformed_json,  // of a line of an upload, as the next two
    malformed_csv,
    invalid_utf8,
};

inline constexpr std::array all_field_codes{FieldCode::required,
                                            FieldCode::wrong_type,
                                            FieldCode::unknown_field,
                                            FieldCode::too_long,
                                            FieldCode::too_short,
                                            FieldCode::too_many,
                                            FieldCode::too_few,
                                            FieldCode::invalid_value,
                                            FieldCode::not_allowed,
                                            FieldCode::exactly_one_of,
                                            FieldCode::not_supported_yet,
                                            FieldCode::template_error,
                                            FieldCode::sender_not_an_admin,
                                            FieldCode::sender_missing,
                                            FieldCode::not_searchable,
                                            FieldCode::malformed_json,
                                            FieldCode::malformed_csv,
                                            FieldCode::invalid_utf8};

constexpr std::string_view name(FieldCode code) {
    switch (code) {
        case FieldCode::required:
            return "required";
        case FieldCode::wrong_type:
            return "wrong_type";
        case FieldCode::unknown_field:
            return "unknown_field";
        case FieldCode::too_long:
            return "too_long";
        case FieldCode::too_short:
            return "too_short";
        case FieldCode::too_many:
            return "too_many";
        case FieldCode::too_few:
            return "too_few";
        case FieldCode::invalid_value:
            return "invalid_value";
        case FieldCode::not_allowed:
            return "not_allowed";
        case FieldCode::exactly_one_of:
            return "exactly_one_of";
        case FieldCode::not_supported_yet:
            return "not_supported_yet";
        case FieldCode::template_error:
            return "template_error";
        case FieldCode::sender_not_an_admin:
            return "sender_not_an_admin";
        case FieldCode::sender_missing:
            return "sender_missing";
        case FieldCode::not_searchable:
            return "not_searchable";
        case FieldCode::malformed_json:
            return "malformed_json";
        case FieldCode::malformed_csv:
            return "malformed_csv";
        case FieldCode::invalid_utf8:
            return "invalid_utf8";
    }
    return "";
}

struct FieldError {
    std::string
        pointer;  // a JSON pointer into the body, "?name" for a query parameter or "{name}" for a part of the path
    FieldCode code{};
    std::string detail;

    friend bool operator==(const FieldError&, const FieldError&) = default;
};

// Reports carry at most this many mistakes; `detail` of the problem says how many there were.
inline constexpr std::size_t most_reported = 1'000;

struct FieldErrors {
    std::vector<FieldError> listed;
    std::size_t total{};

    bool empty() const { return total == 0; }
    void add(FieldError error) {
        if (++total <= most_reported) listed.push_back(std::move(error));
    }
    void append(FieldErrors more) {
        for (auto& error : more.listed) add(std::move(error));
        total += more.total - more.listed.size();
    }
};

}  // namespace herald::api
