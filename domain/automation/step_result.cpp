#include "domain/automation/step_result.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace herald {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<milliseconds, 3> usual{seconds(1), seconds(2), seconds(4)};
constexpr std::array<milliseconds, 5> patient{seconds(5), minutes(5), minutes(30), hours(2), hours(5)};
constexpr milliseconds a_moment{1'000};
constexpr milliseconds longest_rest = hours(1);
constexpr std::int64_t most_credential_refusals = 8;  // about one person

StepResult failed(const Error& error) {
    const auto code = error.upstream_code.empty() ? std::string(name(error.code)) : error.upstream_code;
    return {StepOutcome::failed,
            error.detail.empty() ? code : fmt::format("{}: {}", code, error.detail),
            {},
            error.request_id};
}

StepResult again(std::string because, milliseconds wait, bool charged) {
    return {StepOutcome::retried, std::move(because), {}, {}, wait, charged};
}

// After an attempt that reached nobody, or that may be executed twice.
StepResult tried(const Error& error, const Run& run, const StepRetries& retries, double chance) {
    const auto done = static_cast<std::size_t>(run.tries);
    if (done >= retries.waits.size()) return failed(error);
    const auto wait = retries.waits[done];
    const auto stretched =
        wait + milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * retries.jitter * chance));
    return again(std::string(name(error.code)), std::max(stretched, error.retry_after.value_or(milliseconds(0))), true);
}

StepResult refused_credential(const Error& error, const Run& run) {
    if (run.tries + 1 >= most_credential_refusals) return failed(error);
    auto rest = a_moment;
    for (std::int64_t i = 0; i < run.tries && rest < longest_rest; ++i) rest *= 4;
    return again("credential", std::min(rest, longest_rest), true);
}

}  // namespace

const std::span<const milliseconds> usual_waits{usual};
const std::span<const milliseconds> webhook_waits{patient};

StepResult result_of(const Error& error, const Run& run, const StepRetries& retries, WallTime now, double chance) {
    switch (error.code) {
        case Errc::unsubscribed:
            return {StepOutcome::skipped, std::string(name(SkipReason::unsubscribed)), {}, error.request_id};
        case Errc::contact_suppressed:
            return {StepOutcome::skipped, error.detail};
        case Errc::content_rejected:
        case Errc::contact_conflict:
        case Errc::invalid_argument:
        case Errc::not_found:
        case Errc::conflict:
        case Errc::stale:
        case Errc::key_reused:
            return failed(error);
        case Errc::contact_not_found:
            if (now - run.due_at >= retries.visibility_grace) return failed(error);
            return again(std::string(name(error.code)), a_moment * (1 + std::min<std::int64_t>(run.refusals, 9)),
                         false);
        case Errc::contact_merged:
        case Errc::not_executed:
            return tried(error, run, retries, chance);
        case Errc::rate_limited:
            if (retries.throttling_counts) return tried(error, run, retries, chance);
            return again(std::string(name(error.code)), std::max(error.retry_after.value_or(a_moment), a_moment),
                         false);
        case Errc::credential:
            return refused_credential(error, run);
        case Errc::upstream_unavailable:
        case Errc::deadline_exceeded:
        case Errc::shutting_down:
            return again(std::string(name(error.code)), error.retry_after.value_or(a_moment), false);
        case Errc::outcome_unknown:
        case Errc::store_unavailable:
            if (retries.repeatable) return tried(error, run, retries, chance);
            return {StepOutcome::unknown, error.detail, {}, error.request_id};
    }
    return failed(error);
}

bool is_repeatable(const Step& step) {
    return !std::holds_alternative<MessageStep>(step.rule) && !std::holds_alternative<TaskStep>(step.rule) &&
           !std::holds_alternative<SlackStep>(step.rule);
}

std::optional<std::string> not_for(const Step& step, const Contact& contact) {
    const auto* message = std::get_if<MessageStep>(&step.rule);
    if (message == nullptr) return {};
    const auto reason = suppression(contact, message->channel);
    if (!reason) return {};
    return std::string(name(*reason));
}

}  // namespace herald
