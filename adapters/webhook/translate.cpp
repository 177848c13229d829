#include "adapters/webhook/translate.hpp"

#include <fmt/format.h>

#include "adapters/resilience/retry_after.hpp"

namespace herald::webhook {
namespace {

Errc classify(int status) {
    switch (status) {
        case 408:
            return Errc::outcome_unknown;
        case 425:  // too early: to be sent again once it cannot be a replay
            return Errc::not_executed;
        case 429:
            return Errc::rate_limited;
        default:
            return status >= 300 && status < 500 ? Errc::content_rejected : Errc::outcome_unknown;
    }
}

std::string_view meaning(int status) {
    if (status / 100 == 3) return ": redirects are not followed";
    if (status == 410) return ": it is gone for good";
    return "";
}

Error answered(const http::Reply& reply, const std::string& host, WallTime now) {
    Error error{classify(reply.status), fmt::format("{} answered {}{}", host, reply.status, meaning(reply.status))};
    error.upstream_code = fmt::format("http_{}", reply.status);
    if (error.code == Errc::content_rejected) return error;
    const auto date = resilience::parse_http_date(reply.header("Date"), now);
    error.retry_after = resilience::parse_retry_after(reply.header("Retry-After"), date, now);
    return error;
}

}  // namespace

Result<void> translate(const http::Outcome& outcome, const std::string& host, WallTime now) {
    if (outcome) {
        if (outcome->status / 100 == 2) return {};
        return answered(*outcome, host, now);
    }
    const auto& failure = outcome.error();
    const auto code = failure.phase == http::Phase::response ? Errc::outcome_unknown : Errc::not_executed;
    return Error{code, fmt::format("{}: {}", host, failure.what)};
}

}  // namespace herald::webhook
