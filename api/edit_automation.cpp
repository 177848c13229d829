// PATCH and DELETE /v1/automations/{id}

#include <memory>
#include <utility>

#include <boost/json/parse.hpp>

#include "api/automation_command.hpp"
#include "api/automation_document.hpp"
#include "api/automation_settling.hpp"
#include "api/automation_view.hpp"
#include "api/digest.hpp"
#include "api/draft_patch.hpp"
#include "api/handlers.hpp"
#include "api/lists.hpp"
#include "api/negotiation.hpp"
#include "api/operations.hpp"

namespace herald::api {
namespace {

constexpr std::string_view edit_scope = "PATCH /v1/automations/{id}";
constexpr std::string_view delete_scope = "DELETE /v1/automations/{id}";
constexpr std::chrono::days answer_kept{1};
constexpr int most_attempts = 8;  // while others edit the same automation

Problem not_as_expected(const std::string& etag) {
    return {.status = 412,
            .code = "precondition_failed",
            .detail = "the automation is not as If-Match says: read it again",
            .headers = {{"ETag", etag}}};
}

struct MergeJob {
    std::string document;
    boost::json::value patch;
    Judges judges;
    PatchedAutomation result;
};

// What the patch makes of the automation, with its senders settled.
Task<OrProblem<AutomationBody>> merged(Backend& backend, const Call& call, const Automation& automation,
                                       const boost::json::value& patch) {
    // Shared with the work, which runs to its end even when this request is given up.
    const auto job = std::make_shared<MergeJob>(MergeJob{automation.document, patch, judges_of(backend, call), {}});
    const auto work = [job] { job->result = patched(job->document, job->patch, job->judges); };
    if (automation.document.size() + call.request.body.size() <= backend.options.worker_above)
        work();
    else
        co_await backend.ports.worker.run(work);
    auto& [errors, body] = job->result;
    if (!errors.empty()) co_return std::unexpected(validation_problem(std::move(errors)));
    if (auto refused = co_await settle_senders(backend, call, body)) co_return std::unexpected(*std::move(refused));
    if (auto refused = co_await check_trigger_audience(backend, call, body))
        co_return std::unexpected(*std::move(refused));
    co_return std::move(body);
}

// What says when an automation fires. One that is overdue is not put off by an edit that leaves it alone.
bool same_schedule(const std::string& before, const std::string& after) {
    const auto old_document = boost::json::parse(before);
    const auto new_document = boost::json::parse(after);
    const auto& was = old_document.at("trigger").as_object();
    const auto& is = new_document.at("trigger").as_object();
    for (const auto* member : {"type", "schedule", "time_zone", "days_before", "time_of_day"}) {
        const auto* left = was.if_contains(member);
        const auto* right = is.if_contains(member);
        if ((left == nullptr) != (right == nullptr) || (left != nullptr && *left != *right)) return false;
    }
    return true;
}

AutomationEdit edit_of(const Backend& backend, const Automation& before, const AutomationBody& body, WallTime now) {
    const auto definition = definition_of(body);
    AutomationEdit out{.name = body.name.value,
                       .document = document_of(body),
                       .trigger_type = std::string(name(definition->trigger.type)),
                       .action_count = actions_in(*definition),
                       .next_fire_at = {},
                       .keeps_schedule = false};
    out.keeps_schedule = same_schedule(before.document, out.document);
    if (before.state == AutomationState::active)
        out.next_fire_at = next_fire(definition->trigger, backend.ports.zones, now);
    return out;
}

// Merges into the automation as it stands, and again when it has changed before the merge could be stored.
Task<Answer> edit(Backend& backend, const Call& call, const AutomationId& id, const PatchRequest& patch,
                  const std::string& key) {
    auto& automations = backend.ports.automations;
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        const auto automation = co_await automations.get(call.workspace.id, id);
        if (!automation) co_return std::unexpected(problem(automation.error()));
        if (const auto etag = etag_of(*automation); !match_allows(call.request.headers, etag))
            co_return std::unexpected(not_as_expected(etag));
        auto body = co_await merged(backend, call, *automation, patch.patch);
        if (!body) co_return std::unexpected(std::move(body.error()));

        const auto now = backend.ports.clock.wall_now();
        AutomationRequest request{.scope = std::string(edit_scope),
                                  .key = key,
                                  .request_hash = patch.request_hash,
                                  .render = [](const Automation& a) { return to_stored(automation_response(200, a)); },
                                  .expires_at = now + answer_kept};
        auto edited = edit_of(backend, *automation, *body, now);
        const auto written = co_await automations.edit(call.caller(), id, automation->revision, std::move(edited), now,
                                                       std::move(request));
        if (!written && written.error().code == Errc::stale) continue;
        if (!written) co_return std::unexpected(problem(written.error()));
        if (written->replay) co_return replayed(*written->replay);
        call.workspace.automations.changed();
        co_return automation_response(200, written->automation);
    }
    co_return std::unexpected(Problem{.status = 409,
                                      .code = "state_conflict",
                                      .detail = "others edit the automation at the same time: repeat the request"});
}

Response gone() {
    return {.status = 204, .headers = {}, .body = {}, .stream = {}};
}

}  // namespace

Task<Answer> edit_automation(Backend& backend, const Call& call) {
    auto key = idempotency_key(call);
    if (!key) co_return std::unexpected(std::move(key.error()));
    auto id = automation_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    const auto patch = co_await read_body<PatchRequest>(
        backend, call, [method = call.request.method, path = call.target.path](std::string_view body) {
            return read_patch(body, method, path);
        });
    if (!patch) co_return std::unexpected(Problem{.status = 400, .code = "malformed_json", .detail = patch.error()});
    if (!key->empty()) {  // before anything that may have changed since the first time
        auto stored = co_await backend.ports.automations.replay(call.workspace.id, std::string(edit_scope), *key,
                                                                patch->request_hash, backend.ports.clock.wall_now());
        if (!stored) co_return std::unexpected(problem(stored.error()));
        if (*stored) co_return replayed(**stored);
    }
    co_return co_await edit(backend, call, *id, *patch, *key);
}

Task<Answer> delete_automation(Backend& backend, const Call& call) {
    auto& automations = backend.ports.automations;
    auto key = idempotency_key(call);
    if (!key) co_return std::unexpected(std::move(key.error()));
    auto id = automation_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));

    const auto now = backend.ports.clock.wall_now();
    AutomationRequest request{.scope = std::string(delete_scope),
                              .key = *std::move(key),
                              .request_hash = Sha256().add(call.request.method).add(call.target.path).hex(),
                              .render = [](const Automation&) { return to_stored(gone()); },
                              .expires_at = now + answer_kept};
    if (!request.key.empty()) {  // what was deleted the first time is not found a second time
        auto stored =
            co_await automations.replay(call.workspace.id, request.scope, request.key, request.request_hash, now);
        if (!stored) co_return std::unexpected(problem(stored.error()));
        if (*stored) co_return replayed(**stored);
    }
    std::optional<std::int64_t> expected;
    if (call.request.headers.get("If-Match")) {
        const auto automation = co_await automations.get(call.workspace.id, *id);
        if (!automation) co_return std::unexpected(problem(automation.error()));
        if (const auto etag = etag_of(*automation); !match_allows(call.request.headers, etag))
            co_return std::unexpected(not_as_expected(etag));
        expected = automation->revision;
    }
    const auto written = co_await automations.remove(call.caller(), *id, expected, now, std::move(request));
    if (!written && written.error().code == Errc::stale) {
        const auto automation = co_await automations.get(call.workspace.id, *id);
        co_return std::unexpected(automation ? not_as_expected(etag_of(*automation)) : problem(automation.error()));
    }
    if (!written) co_return std::unexpected(problem(written.error()));
    if (written->replay) co_return replayed(*written->replay);
    call.workspace.automations.changed();
    co_return gone();
}

}  // namespace herald::api
