#include "api/problem.hpp"

#include <algorithm>
#include <array>

#include <boost/describe.hpp>
#include <fmt/format.h>

#include "api/json/encode.hpp"
#include "api/views.hpp"

namespace herald::api {
namespace {

struct Kind {
    std::string_view code;
    int status;
    std::string_view title;
};

constexpr std::array kinds{
    Kind{"malformed_json", 400, "The body is not JSON"},
    Kind{"malformed_request", 400, "The request cannot be read"},
    Kind{"invalid_parameter", 400, "A query parameter is wrong"},
    Kind{"invalid_idempotency_key", 400, "The idempotency key is wrong"},
    Kind{"workspace_required", 400, "The request must name its workspace"},
    Kind{"unknown_workspace", 400, "There is no such workspace"},
    Kind{"key_required", 401, "The call needs an API key"},
    Kind{"key_unknown", 401, "The API key is not taken"},
    Kind{"scope_missing", 403, "The API key may not do that"},
    Kind{"workspace_forbidden", 403, "The API key may not use the workspace"},
    Kind{"unknown_path", 404, "There is no such path"},
    Kind{"not_found", 404, "There is no such resource"},
    Kind{"contact_not_found", 404, "Intercom does not know the contact"},
    Kind{"method_not_allowed", 405, "The path does not take this method"},
    Kind{"not_acceptable", 406, "No acceptable representation"},
    Kind{"request_timeout", 408, "The request came too slowly"},
    Kind{"state_conflict", 409, "Not possible in the present state"},
    Kind{"client_ref_taken", 409, "The client_ref belongs to another campaign"},
    Kind{"contact_erased", 410, "The data of the contact was erased"},
    Kind{"precondition_failed", 412, "The campaign is not as If-Match says"},
    Kind{"too_large", 413, "The body is too large"},
    Kind{"uri_too_long", 414, "The request target is too long"},
    Kind{"unsupported_media_type", 415, "The body has a type that is not taken"},
    Kind{"expectation_failed", 417, "The expectation cannot be met"},
    Kind{"validation_failed", 422, "The body breaks rules"},
    Kind{"key_reused", 422, "The idempotency key was used for another request"},
    Kind{"sender_not_an_admin", 422, "The sender is not an admin of the workspace"},
    Kind{"audience_refused", 422, "Intercom cannot find the audience"},
    Kind{"contact_conflict", 409, "Another contact stands in the way"},
    Kind{"request_running", 409, "The same request is being executed"},
    Kind{"unsubscribed", 422, "The person may not be mailed"},
    Kind{"contact_suppressed", 422, "The person may not be written to"},
    Kind{"content_rejected", 422, "Intercom refused the content"},
    Kind{"quota_exceeded", 429, "The quota of the API key is used up"},
    Kind{"header_too_large", 431, "The header is too large"},
    Kind{"internal_error", 500, "Something went wrong here"},
    Kind{"intercom_credential", 502, "Intercom refused our credential"},
    Kind{"intercom_rate_limited", 503, "Intercom's rate limit is reached"},
    Kind{"intercom_unreachable", 503, "Intercom cannot be reached"},
    Kind{"circuit_open", 503, "Calls to Intercom are suspended"},
    Kind{"store_unavailable", 503, "The store does not answer"},
    Kind{"too_many_streams", 503, "Too many event streams are open"},
    Kind{"too_many_dry_runs", 503, "Too many dry runs are going on"},
    Kind{"shutting_down", 503, "The service is shutting down"},
    Kind{"outcome_unknown", 504, "Nobody knows whether it was executed"},
    Kind{"deadline_exceeded", 504, "Not done in time"},
};

std::string_view code_of(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
            return "validation_failed";
        case Errc::not_found:
            return "not_found";
        case Errc::conflict:
            return "state_conflict";
        case Errc::stale:
            return "precondition_failed";
        case Errc::key_reused:
            return "key_reused";
        case Errc::contact_not_found:
        case Errc::contact_merged:
            return "contact_not_found";
        case Errc::unsubscribed:
            return "unsubscribed";
        case Errc::content_rejected:
            return "content_rejected";
        case Errc::contact_conflict:
            return "contact_conflict";
        case Errc::contact_suppressed:
            return "contact_suppressed";
        case Errc::credential:
            return "intercom_credential";
        case Errc::rate_limited:
            return "intercom_rate_limited";
        case Errc::not_executed:
            return "intercom_unreachable";
        case Errc::outcome_unknown:
            return "outcome_unknown";
        case Errc::upstream_unavailable:
            return "circuit_open";
        case Errc::deadline_exceeded:
            return "deadline_exceeded";
        case Errc::store_unavailable:
            return "store_unavailable";
        case Errc::shutting_down:
            return "shutting_down";
    }
    return "internal_error";
}

const Kind* kind_of(std::string_view code) {
    const auto* found = std::ranges::find(kinds, code, &Kind::code);
    return found == kinds.end() ? nullptr : found;
}

std::int64_t whole_seconds(milliseconds wait) {
    return std::max<std::int64_t>(1, std::chrono::ceil<seconds>(wait).count());
}

ProblemView view_of(const Problem& problem, std::string_view request_id) {
    const auto* kind = kind_of(problem.code);
    ProblemView view;
    view.type = "urn:herald:problem:" + problem.code;
    view.title = kind != nullptr ? std::string(kind->title) : problem.code;
    view.status = problem.status;
    view.code = problem.code;
    view.detail = problem.detail;
    if (!problem.errors.empty()) {
        view.errors.emplace();
        for (const auto& error : problem.errors) view.errors->push_back({error.pointer, error.code, error.detail});
    }
    view.request_id = request_id;
    if (!problem.message_id.empty()) view.message_id = problem.message_id;
    if (!problem.missing_scope.empty()) view.missing_scope = problem.missing_scope;
    if (!problem.forbidden_workspace.empty()) view.forbidden_workspace = problem.forbidden_workspace;
    return view;
}

Response response_of(const Problem& problem, const ProblemView& view) {
    Response response{.status = problem.status, .headers = problem.headers, .body = to_json(view), .stream = {}};
    response.headers.set("Content-Type", "application/problem+json");
    if (problem.retry_after)
        response.headers.set("Retry-After", fmt::format("{}", whole_seconds(*problem.retry_after)));
    add_common_headers(response, view.request_id);
    return response;
}

}  // namespace

Problem problem(const Error& error) {
    const auto* kind = kind_of(code_of(error.code));
    Problem out{.status = kind->status, .code = std::string(kind->code), .detail = error.detail};
    out.retry_after = error.retry_after;
    if (out.status == 503 && !out.retry_after) out.retry_after = seconds(1);
    return out;
}

Problem validation_problem(FieldErrors errors) {
    auto detail = errors.total == 1 ? std::string("one mistake") : fmt::format("{} mistakes", errors.total);
    if (errors.total > errors.listed.size()) detail += fmt::format(", the first {} are listed", errors.listed.size());
    return {
        .status = 422, .code = "validation_failed", .detail = std::move(detail), .errors = std::move(errors.listed)};
}

Problem path_problem(std::string_view part, std::string detail) {
    return {.status = 400,
            .code = "invalid_parameter",
            .detail = fmt::format("{}: {}", part, detail),
            .errors = {{fmt::format("{{{}}}", part), FieldCode::invalid_value, detail}}};
}

Problem parameter_problem(std::string_view parameter, FieldCode code, std::string detail) {
    return {.status = 400,
            .code = "invalid_parameter",
            .detail = fmt::format("{}: {}", parameter, detail),
            .errors = {{fmt::format("?{}", parameter), code, detail}}};
}

Response to_response(const Problem& problem, std::string_view request_id, WallTime now) {
    auto view = view_of(problem, request_id);
    if (problem.retry_after) view.retry_at = now + seconds(whole_seconds(*problem.retry_after));
    return response_of(problem, view);
}

Response problem_response(int status, std::string_view code, std::string_view detail, std::string_view request_id) {
    const Problem problem{.status = status, .code = std::string(code), .detail = std::string(detail)};
    return response_of(problem, view_of(problem, request_id));
}

void add_common_headers(Response& response, std::string_view request_id) {
    response.headers.set("X-Request-Id", request_id);
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Referrer-Policy", "no-referrer");
    // What has an entity tag may be kept, and is asked about each time.
    if (!response.headers.get("Cache-Control"))
        response.headers.set("Cache-Control", response.headers.get("ETag") ? "private, no-cache" : "no-store");
    // No answer is a page but one, which says what it needs.
    if (!response.headers.get("Content-Security-Policy"))
        response.headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
}

std::vector<std::string_view> all_problem_codes() {
    std::vector<std::string_view> out;
    out.reserve(kinds.size());
    for (const auto& kind : kinds) out.push_back(kind.code);
    return out;
}

}  // namespace herald::api
