#include "adapters/resilience/retry_policy.hpp"

namespace herald::resilience {
namespace {

constexpr int request_timeout = 408;
constexpr int too_many_requests = 429;

bool host_failed(int status) {
    return status == request_timeout || status >= 500;
}

}  // namespace

bool ambiguous(const http::Outcome& outcome) {
    return outcome ? host_failed(outcome->status) : outcome.error().phase == http::Phase::response;
}

AfterAttempt after_attempt(const http::Outcome& outcome, Repeat repeat) {
    if (repeat == Repeat::unless_ambiguous && ambiguous(outcome)) return AfterAttempt::stop;
    if (!outcome) return outcome.error().phase == http::Phase::refused ? AfterAttempt::stop : AfterAttempt::retry;
    if (outcome->status == too_many_requests) return AfterAttempt::retry_when_paced;
    return host_failed(outcome->status) ? AfterAttempt::retry : AfterAttempt::stop;
}

Verdict judge(const http::Outcome& outcome) {
    if (!outcome) return outcome.error().phase == http::Phase::refused ? Verdict::neutral : Verdict::failure;
    switch (outcome->status) {
        case 401:
        case 402:
        case 403:
        case too_many_requests:
            return Verdict::neutral;
        default:
            return host_failed(outcome->status) ? Verdict::failure : Verdict::success;
    }
}

double RetryBudget::tokens(SteadyTime now) {
    const auto floor = options_.min_per_second * std::chrono::duration<double>(options_.window).count();
    return floor + options_.deposit * static_cast<double>(recent_.count(first, now)) -
           static_cast<double>(recent_.count(retry, now));
}

bool RetryBudget::try_retry(SteadyTime now) {
    // A hair of tolerance: five deposits of 0.2 make one retry, whatever the rounding.
    if (tokens(now) < 1.0 - 1e-9) return false;
    recent_.add(1U << retry, now);
    return true;
}

}  // namespace herald::resilience
