// POST /v1/automations

#include <utility>

#include "api/automation_command.hpp"
#include "api/automation_document.hpp"
#include "api/automation_settling.hpp"
#include "api/automation_view.hpp"
#include "api/handlers.hpp"
#include "api/operations.hpp"

namespace herald::api {
namespace {

constexpr std::string_view scope = "POST /v1/automations";
constexpr std::chrono::days answer_kept{7};

Response created(const Automation& automation) {
    auto response = automation_response(201, automation);
    response.headers.set("Location", automation_path(automation.id));
    return response;
}

Automation automation_of(const Backend& backend, const Call& call, const AutomationBody& body) {
    const auto now = backend.ports.clock.wall_now();
    const auto definition = definition_of(body);
    Automation out;
    out.id = AutomationId{make_id("aut", now, backend.ports.random)};
    out.workspace = call.workspace.id;
    out.name = body.name.value;
    out.state = body.is_active.value_or(false) ? AutomationState::active : AutomationState::draft;
    out.document = document_of(body);
    out.trigger_type = name(definition->trigger.type);
    out.action_count = actions_in(*definition);
    if (body.created_by) out.created_by = body.created_by->value;
    out.created_at = now;
    out.updated_at = now;
    if (out.state == AutomationState::active)
        out.next_fire_at = next_fire(definition->trigger, backend.ports.zones, now);
    return out;
}

}  // namespace

Task<Answer> create_automation(Backend& backend, const Call& call) {
    auto& ports = backend.ports;
    auto key = idempotency_key(call);
    if (!key) co_return std::unexpected(std::move(key.error()));
    auto command = co_await read_body<AutomationCommand>(
        backend, call,
        [method = call.request.method, path = call.target.path, judges = judges_of(backend, call)](
            std::string_view body) { return read_automation_command(body, method, path, judges); });
    if (!command)
        co_return std::unexpected(Problem{.status = 400, .code = "malformed_json", .detail = command.error()});

    // Before anything that may have changed since the first time: configuration, admins, the time.
    if (!key->empty()) {
        auto stored = co_await ports.automations.replay(call.workspace.id, std::string(scope), *key,
                                                        command->request_hash, ports.clock.wall_now());
        if (!stored) co_return std::unexpected(problem(stored.error()));
        if (*stored) co_return replayed(**stored);
    }
    if (!command->errors.empty()) co_return std::unexpected(validation_problem(std::move(command->errors)));
    if (auto refused = co_await settle_senders(backend, call, command->body))
        co_return std::unexpected(*std::move(refused));
    if (auto refused = co_await check_trigger_audience(backend, call, command->body))
        co_return std::unexpected(*std::move(refused));

    auto automation = automation_of(backend, call, command->body);
    AutomationRequest request{.scope = std::string(scope),
                              .key = *std::move(key),
                              .request_hash = std::move(command->request_hash),
                              .render = [](const Automation& a) { return to_stored(created(a)); },
                              .expires_at = automation.created_at + answer_kept};
    const auto written = co_await ports.automations.create(call.caller(), std::move(automation), std::move(request));
    if (!written) co_return std::unexpected(problem(written.error()));
    if (written->replay) co_return replayed(*written->replay);
    call.workspace.automations.changed();
    co_return created(written->automation);
}

}  // namespace herald::api
