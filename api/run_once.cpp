#include "api/run_once.hpp"

#include <utility>

#include "api/idempotency.hpp"
#include "domain/audit/operation_records.hpp"

namespace herald::api {
namespace {

constexpr int most_tries = 5;
constexpr milliseconds first_wait{200};
constexpr milliseconds ask_again{1'000};

Problem interrupted(const std::string& resource) {
    return {.status = 504,
            .code = "outcome_unknown",
            .detail = "the service ended while it executed this request, and does not execute it again",
            .headers = {{"Idempotent-Replayed", "true"}},
            .message_id = resource};
}

}  // namespace

std::optional<Answer> answer_of(const KeyRecord& record) {
    switch (record.state) {
        case KeyRecord::State::unused:
            return {};
        case KeyRecord::State::answered:
            return replayed(record.answer);
        case KeyRecord::State::running:
            return std::unexpected(Problem{.status = 409,
                                           .code = "request_running",
                                           .detail = "a request with this idempotency key is being executed",
                                           .retry_after = ask_again,
                                           .message_id = record.resource});
        case KeyRecord::State::interrupted:
            return std::unexpected(interrupted(record.resource));
    }
    return {};
}

std::optional<std::string> kept(const Call& call, const Answer& answer, WallTime now) {
    if (answer) return to_stored(*answer);
    if (answer.error().code != "outcome_unknown") return {};
    return to_stored(to_response(answer.error(), request_id(call.request), now));
}

Task<void> persist(Clock& clock, std::function<Task<Result<void>>()> write) {
    auto wait = first_wait;
    for (int tries = 1;; ++tries) {
        const auto done = co_await write();
        if (done || tries == most_tries) co_return;
        co_await clock.sleep_for(wait);
        wait *= 2;
    }
}

Task<std::optional<Answer>> answered_at_once(Backend& backend, const Call& call, const RequestKey& key,
                                             Deadline deadline) {
    const auto known = co_await backend.ports.requests.look(call.workspace.id, key, backend.ports.clock.wall_now());
    if (!known) co_return std::unexpected(problem(known.error()));
    if (auto answer = answer_of(*known)) co_return std::move(answer);
    if (const auto refused = call.workspace.desk.refusal(deadline)) co_return std::unexpected(problem(*refused));
    co_return std::nullopt;
}

Task<Answer> run_once(Backend& backend, const Call& call, RequestKey key, Deadline deadline,
                      std::function<Task<Executed>()> execute) {
    if (auto answer = co_await answered_at_once(backend, call, key, deadline)) co_return *std::move(answer);
    co_return co_await run_here_once(backend, call, std::move(key), std::move(execute));
}

Task<Answer> run_here_once(Backend& backend, const Call& call, RequestKey key,
                           std::function<Task<Executed>()> execute) {
    auto& ports = backend.ports;
    const auto now = ports.clock.wall_now();
    const auto known = co_await ports.requests.begin(call.caller(), key, now, now + operation_answer_kept);
    if (!known) co_return std::unexpected(problem(known.error()));
    if (auto answer = answer_of(*known)) co_return *std::move(answer);

    auto executed = co_await execute();
    const auto ended = ports.clock.wall_now();
    const Done done{kept(call, executed.answer, ended), std::move(executed.resource), std::move(executed.record)};
    co_await persist(ports.clock, [&] { return ports.requests.finish(call.caller(), key, done, ended); });
    co_return std::move(executed.answer);
}

Executed failed(Problem problem, std::string_view action, const ContactRef& contact) {
    std::optional<AuditRecord> record;
    if (problem.code == "outcome_unknown") record = outcome_unknown(std::string(action), contact);
    return {std::unexpected(std::move(problem)), {}, std::move(record)};
}

Problem operation_problem(const Error& error, Deadline deadline, SteadyTime now) {
    auto timed_out = error;
    timed_out.code = Errc::deadline_exceeded;
    return problem(error.code == Errc::not_executed && deadline.passed(now) ? timed_out : error);
}

}  // namespace herald::api
