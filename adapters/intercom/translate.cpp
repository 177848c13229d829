#include "adapters/intercom/translate.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "adapters/intercom/wire.hpp"
#include "domain/core/text.hpp"

namespace herald::intercom {
namespace {

constexpr std::size_t max_detail = 200;

// A 403 whose code is one of these is about the credential or the plan, not about the person.
constexpr std::array<std::string_view, 6> credential_codes{"api_plan_restricted", "forbidden",     "action_forbidden",
                                                           "unauthorized",        "token_blocked", "token_suspended"};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool mentions(std::string_view text, std::string_view word) {
    return !std::ranges::search(text, word, {}, lower, lower).empty();
}

Errc forbidden(const ErrorBody& body) {
    if (mentions(body.message, "unsubscrib") || mentions(body.code, "unsubscrib")) return Errc::unsubscribed;
    if (std::ranges::find(credential_codes, body.code) != credential_codes.end()) return Errc::credential;
    return Errc::content_rejected;
}

Errc classify(int status, const ErrorBody& body) {
    switch (status) {
        case 401:
        case 402:
            return Errc::credential;
        case 403:
            return forbidden(body);
        case 404:
            return Errc::contact_not_found;
        case 408:
            return Errc::outcome_unknown;
        case 409:
            return Errc::contact_conflict;
        case 410:
            return Errc::contact_merged;
        case 429:
            return Errc::rate_limited;
        default:
            break;
    }
    // 3xx are not followed; 4xx say that repeating changes nothing. 1xx, 2xx without the promised content and
    // 5xx leave open whether the call was executed.
    if (status >= 300 && status < 500) return Errc::content_rejected;
    return Errc::outcome_unknown;
}

}  // namespace

std::string canonical_contact(const http::Reply& reply) {
    // Link: </contacts/6762f0dd1bb69f9f2193bb83>; rel="canonical"
    constexpr std::string_view before = "/contacts/";
    const auto link = reply.header("Link");
    if (!mentions(link, "canonical")) return {};
    const auto start = link.find(before);
    if (start == std::string_view::npos) return {};
    const auto id = link.substr(start + before.size());
    const auto end =
        std::ranges::find_if_not(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    return {id.begin(), end};
}

Error translate(const http::Reply& reply) {
    const auto body = read_error(reply.body);
    Error error;
    error.code = classify(reply.status, body);
    error.upstream_code =
        body.code.empty() ? fmt::format("http_{}", reply.status) : std::string(cut(body.code, max_detail));
    error.request_id = body.request_id.empty() ? std::string(reply.header("X-Request-Id")) : body.request_id;
    error.detail = fmt::format("Intercom answered {}{}{}", reply.status, body.message.empty() ? "" : ": ",
                               cut(body.message, max_detail));
    if (error.code == Errc::contact_merged) error.canonical_id = canonical_contact(reply);
    return error;
}

Error translate(const http::Failure& failure) {
    Error error;
    error.detail = failure.what;
    error.retry_after = failure.retry_after;
    switch (failure.phase) {
        case http::Phase::refused:
            error.code = failure.why;
            break;
        case http::Phase::resolve:
        case http::Phase::connect:
        case http::Phase::tls:
        case http::Phase::write:
            error.code = Errc::not_executed;
            break;
        case http::Phase::response:
            error.code = Errc::outcome_unknown;
            break;
    }
    return error;
}

}  // namespace herald::intercom
