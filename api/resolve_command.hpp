#pragma once
// A resolution, read from its body.

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "api/delivery_view.hpp"
#include "api/field_error.hpp"

namespace herald::api {

struct ResolveBody {
    Resolution outcome{};
    std::optional<Text<1'000>> note;
};
BOOST_DESCRIBE_STRUCT(ResolveBody, (), (outcome, note))

struct ResolveCommand {
    std::string request_hash;
    FieldErrors errors;  // when there are any, nothing below counts
    Resolution outcome{};
    std::string note;
};

// The error says why the body is no JSON.
std::expected<ResolveCommand, std::string> read_resolve_command(std::string_view body, std::string_view method,
                                                                std::string_view path);

}  // namespace herald::api
