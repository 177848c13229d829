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

// "/contacts" of "/contacts/find_by_external_id/…": what follows may name a person.
std::string resource_of(std::string_view target) {
    return std::string(target.substr(0, target.find_first_of("/?", 1)));
}

}  // namespace

Task<http::Outcome> CountedExchange::send(const http::Call& call, Deadline deadline) {
    const auto begun = clock_.now();
    auto outcome = co_await wire_.send(call, deadline);
    if (outcome)
        metrics_.attempt_ended("answered", kind_of(outcome->status));
    else
        metrics_.attempt_ended(http::name(outcome.error().phase), kind_of(outcome.error().phase));
    if (deadline.trace) log_attempt(call, outcome, deadline.trace, begun);
    co_return outcome;
}

void CountedExchange::log_attempt(const http::Call& call, const http::Outcome& outcome, TraceId trace,
                                  SteadyTime begun) {
    const bool answered = outcome.has_value();
    log_.info("intercom_call", {{"trace_id", to_hex(trace)},
                                {"workspace", workspace_.value},
                                {"method", call.method},
                                {"resource", resource_of(call.target)},
                                {"phase", std::string(answered ? "answered" : http::name(outcome.error().phase))},
                                {"status", static_cast<std::int64_t>(answered ? outcome->status : 0)},
                                {"intercom_request_id", std::string(answered ? outcome->header("X-Request-Id") : "")},
                                {"ms", std::chrono::duration<double, std::milli>(clock_.now() - begun).count()}});
}

}  // namespace herald::observe
