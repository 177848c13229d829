#include "adapters/observe/exchange.hpp"

#include <fmt/format.h>

namespace herald::observe {
namespace {

std::string_view kind_of(http::Phase phase) {
    return phase == http::Phase::response ? "outcome_unknown" : "not_executed";
}

std::string kind_of(int status) {
    return status == 429 ? "429" : fmt::format("{}xx", status / 100);
}

}  // namespace

Task<http::Outcome> CountedExchange::send(const http::Call& call, Deadline deadline) {
    auto outcome = co_await wire_.send(call, deadline);
    if (outcome)
        metrics_.attempt_ended("answered", kind_of(outcome->status));
    else
        metrics_.attempt_ended(http::name(outcome.error().phase), kind_of(outcome.error().phase));
    co_return outcome;
}

}  // namespace herald::observe
