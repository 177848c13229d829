#include "adapters/observe/exchange.hpp"

#include <array>

namespace herald::observe {
namespace {

std::string_view kind_of(http::Phase phase) {
    return phase == http::Phase::response ? "outcome_unknown" : "not_executed";
}

std::string_view kind_of(int status) {
    constexpr std::array<std::string_view, 6> classes{"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
    if (status == 429) return "429";
    const auto hundreds = static_cast<std::size_t>(status / 100);
    return classes[hundreds < classes.size() ? hundreds : 0];
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
