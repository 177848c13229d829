#include "adapters/resilience/resilient_exchange.hpp"

#include "adapters/resilience/retry_after.hpp"
#include "domain/core/backoff.hpp"

namespace herald::resilience {
namespace {

constexpr int max_throttles = 20;  // 429s of one call, which cost no attempt
const Backoff backoff{};

http::Failure refused(const Error& error) {
    return {http::Phase::refused, error.detail, error.retry_after, error.code};
}

std::optional<milliseconds> asked_to_wait(const http::Outcome& outcome, WallTime wall_now) {
    if (!outcome) return {};
    const auto date = parse_http_date(outcome->header("Date"), wall_now);
    return parse_retry_after(outcome->header("Retry-After"), date, wall_now);
}

}  // namespace

Task<http::Outcome> ResilientExchange::attempt(const http::Call& call, Deadline deadline) {
    // A breaker trial of a call with an effect that happens twice is spent on a harmless one.
    auto entered = call.safe_to_repeat ? gate_.enter_harmless(lane_, deadline) : gate_.enter(lane_, deadline);
    auto ticket = co_await std::move(entered);
    if (!ticket) co_return std::unexpected(refused(ticket.error()));
    if (deadline.departure != nullptr && !co_await deadline.departure->may_leave())
        co_return std::unexpected(refused({Errc::deadline_exceeded, "the call is not wanted any more"}));
    auto outcome = co_await wire_.send(call, deadline);
    ticket->settle(judge(outcome));
    co_return outcome;
}

Task<http::Outcome> ResilientExchange::send(const http::Call& call, Deadline deadline) {
    AttemptCount uncounted;
    co_return co_await send(call, Repeat::after_any_failure, deadline, uncounted);
}

Task<http::Outcome> ResilientExchange::send(const http::Call& call, Repeat repeat, Deadline deadline,
                                            AttemptCount& count) {
    int retries = 0;
    int throttles = 0;
    for (;;) {
        auto outcome = co_await attempt(call, deadline);
        const bool refused_here = !outcome && outcome.error().phase == http::Phase::refused;
        if (!refused_here) {
            if (retries == 0 && throttles == 0) budget_.first_attempt(clock_.now());
            ++count.made;
            if (ambiguous(outcome)) ++count.ambiguous;
        }
        switch (after_attempt(outcome, repeat)) {
            case AfterAttempt::stop:
                co_return outcome;
            case AfterAttempt::retry_when_paced:
                if (++throttles > max_throttles) co_return outcome;
                continue;
            case AfterAttempt::retry:
                break;
        }
        const auto wait = backoff.next_wait(retries, random_.fraction(), asked_to_wait(outcome, clock_.wall_now()));
        const auto now = clock_.now();
        if (!wait || now + *wait >= deadline.at || !budget_.try_retry(now)) co_return outcome;
        ++retries;
        co_await clock_.sleep_for(*wait);
    }
}

}  // namespace herald::resilience
