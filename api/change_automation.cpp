// POST /v1/automations/{id}/activate, /deactivate and /confirm

#include <utility>

#include "api/automation_command.hpp"
#include "api/automation_document.hpp"
#include "api/automation_view.hpp"
#include "api/handlers.hpp"
#include "api/idempotency.hpp"
#include "api/lists.hpp"

namespace herald::api {
namespace {

constexpr std::string_view activate_scope = "POST /v1/automations/{id}/activate";
constexpr std::string_view deactivate_scope = "POST /v1/automations/{id}/deactivate";
constexpr std::string_view confirm_scope = "POST /v1/automations/{id}/confirm";
constexpr std::chrono::days answer_kept{1};
constexpr int most_attempts = 8;  // while others change the same automation

// What all three need before they change anything.
template <class Command>
struct Action {
    AutomationId id;
    AutomationRequest request;
    Command command;
};

template <class Command>
OrProblem<Action<Command>> action_of(const Call& call, std::string_view scope, OrNoJson<Command> command,
                                     WallTime now) {
    auto key = idempotency_key(call);
    if (!key) return std::unexpected(std::move(key.error()));
    auto id = automation_of(call);
    if (!id) return std::unexpected(std::move(id.error()));
    if (!command) return std::unexpected(Problem{.status = 400, .code = "malformed_json", .detail = command.error()});
    if (!command->errors.empty()) return std::unexpected(validation_problem(std::move(command->errors)));
    AutomationRequest request{.scope = std::string(scope),
                              .key = *std::move(key),
                              .request_hash = command->request_hash,
                              .render = [](const Automation& a) { return to_stored(automation_response(200, a)); },
                              .expires_at = now + answer_kept};
    return Action<Command>{*std::move(id), std::move(request), *std::move(command)};
}

Answer changed(const Call& call, const Result<WrittenAutomation>& written) {
    if (!written) return std::unexpected(problem(written.error()));
    if (written->replay) return replayed(*written->replay);
    call.workspace.automations.changed();
    return automation_response(200, written->automation);
}

bool is_time_based(const Definition& definition) {
    return std::holds_alternative<TimeTrigger>(definition.trigger.rule);
}

// When it fires next once it is active, and why it cannot be activated.
OrProblem<std::optional<WallTime>> next_fire_of(const Automation& automation, const TimeZones& zones, WallTime now) {
    const auto definition = read_definition(automation.document);
    if (!definition) return std::unexpected(problem(Error{Errc::conflict, definition.error().detail}));
    const auto next = next_fire((*definition)->trigger, zones, now);
    if (!next && is_time_based(**definition) && automation.state != AutomationState::active)
        return std::unexpected(
            problem(Error{Errc::conflict, "the time of its schedule has passed: change the trigger first"}));
    return next;
}

}  // namespace

Task<Answer> activate_automation(Backend& backend, const Call& call) {
    auto& ports = backend.ports;
    const auto now = ports.clock.wall_now();
    auto action =
        action_of(call, activate_scope, read_no_content(call.request.body, call.request.method, call.target.path), now);
    if (!action) co_return std::unexpected(std::move(action.error()));
    auto& request = action->request;
    if (!request.key.empty()) {  // before the time that has passed since
        auto stored =
            co_await ports.automations.replay(call.workspace.id, request.scope, request.key, request.request_hash, now);
        if (!stored) co_return std::unexpected(problem(stored.error()));
        if (*stored) co_return replayed(**stored);
    }
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        const auto automation = co_await ports.automations.get(call.workspace.id, action->id);
        if (!automation) co_return std::unexpected(problem(automation.error()));
        const auto next = next_fire_of(*automation, ports.zones, now);
        if (!next) co_return std::unexpected(next.error());
        const auto written =
            co_await ports.automations.activate(call.caller(), action->id, automation->revision, *next, now, request);
        if (!written && written.error().code == Errc::stale) continue;
        co_return changed(call, written);
    }
    co_return std::unexpected(Problem{.status = 409,
                                      .code = "state_conflict",
                                      .detail = "others edit the automation at the same time: repeat the request"});
}

Task<Answer> deactivate_automation(Backend& backend, const Call& call) {
    const auto now = backend.ports.clock.wall_now();
    auto action = action_of(call, deactivate_scope,
                            read_no_content(call.request.body, call.request.method, call.target.path), now);
    if (!action) co_return std::unexpected(std::move(action.error()));
    const auto written = co_await backend.ports.automations.deactivate(call.caller(), std::move(action->id), now,
                                                                       std::move(action->request));
    co_return changed(call, written);
}

Task<Answer> confirm_automation(Backend& backend, const Call& call) {
    const auto now = backend.ports.clock.wall_now();
    auto action = action_of(call, confirm_scope,
                            read_confirm_command(call.request.body, call.request.method, call.target.path), now);
    if (!action) co_return std::unexpected(std::move(action.error()));
    const auto written = co_await backend.ports.automations.confirm(
        call.caller(), std::move(action->id), action->command.firing, now, std::move(action->request));
    co_return changed(call, written);
}

}  // namespace herald::api
