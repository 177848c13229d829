#pragma once
// RFC 9457 problem documents. The one place where an Errc becomes a status.

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/field_error.hpp"
#include "api/message.hpp"
#include "domain/core/error.hpp"
#include "domain/core/time.hpp"

namespace herald::api {

struct Problem {
    int status{500};
    std::string code;    // for programs; openapi.yaml lists them
    std::string detail;  // for people
    std::vector<FieldError> errors{};
    std::optional<milliseconds> retry_after{};  // becomes Retry-After and retry_at
    Headers headers{};
    std::string message_id{};           // of a message whose outcome this is
    std::string missing_scope{};        // what the key would need
    std::string forbidden_workspace{};  // what the key may not use
};

// What a handler returns: a response or a problem.
using Answer = std::expected<Response, Problem>;

Problem problem(const Error& error);
// 422 with every mistake of a body.
Problem validation_problem(FieldErrors errors);
// 400 about a part of the path that a route names in braces.
Problem path_problem(std::string_view part, std::string detail);
// 400 about one query parameter.
Problem parameter_problem(std::string_view parameter, FieldCode code, std::string detail);

Response to_response(const Problem& problem, std::string_view request_id, WallTime now);

// For what goes wrong before or outside a handler: the session's 408, 413, 431 and 500.
Response problem_response(int status, std::string_view code, std::string_view detail, std::string_view request_id);

// Headers of every response.
void add_common_headers(Response& response, std::string_view request_id);

// Every `code` a problem can have, for the contract.
std::vector<std::string_view> all_problem_codes();

}  // namespace herald::api
