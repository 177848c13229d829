// POST /v1/campaigns/{id}/pause, /resume and /cancel

#include <utility>

#include <fmt/format.h>

#include "api/campaign_view.hpp"
#include "api/create_command.hpp"
#include "api/handlers.hpp"
#include "api/idempotency.hpp"
#include "api/lists.hpp"

namespace herald::api {
namespace {

constexpr seconds look_anyway{1};  // the guarantee behind the hints

std::string scope_of(CampaignEvent event) {
    return fmt::format("POST /v1/campaigns/{{id}}/{}", name(event));
}

constexpr std::chrono::days answer_kept{1};

Response changed(const Campaign& campaign, const Waiting& waiting) {
    return campaign_response(200, campaign_view(campaign, waiting));
}

// How the campaign stands when nothing of it is in flight any more, or when the time is up. The change is durable
// whatever happens here, so a store that does not answer only means that less is known.
Task<Campaign> drained(Backend& backend, WorkspaceId workspace, CampaignId id, Campaign known, Deadline deadline) {
    auto& ports = backend.ports;
    auto changes = ports.changes.subscribe(id);
    for (;;) {
        auto seen = co_await ports.campaigns.get(workspace, id);
        const bool answered = seen.has_value();
        if (answered) known = *std::move(seen);
        const bool over = known.counts[DeliveryState::inflight] == 0 || known.state == CampaignState::running;
        const auto now = ports.clock.now();
        if ((answered && over) || deadline.passed(now) || ports.changes.closed()) co_return known;
        const auto until = deadline.capped(now, look_anyway).at;
        if (changes)
            co_await changes->wait_until(until);
        else
            co_await ports.clock.sleep_until(until);
    }
}

Task<Answer> change(Backend& backend, const Call& call, CampaignEvent event) {
    auto key = idempotency_key(call);
    if (!key) co_return std::unexpected(std::move(key.error()));
    auto id = campaign_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    const auto wait = named_of<WaitFor>(call.target, "wait");
    if (!wait) co_return std::unexpected(wait.error());
    auto command = read_action_command(call.request.body, call.request.method, call.target.path);
    if (!command)
        co_return std::unexpected(Problem{.status = 400, .code = "malformed_json", .detail = command.error()});
    if (!command->errors.empty()) co_return std::unexpected(validation_problem(std::move(command->errors)));

    const auto now = backend.ports.clock.wall_now();
    const auto waiting = call.workspace.waiting.waiting();
    Idempotency idempotency{
        .scope = scope_of(event),
        .key = *std::move(key),
        .request_hash = std::move(command->request_hash),
        .render = [waiting](const Campaign& c, bool /*existed*/) { return to_stored(changed(c, waiting)); },
        .expires_at = now + answer_kept};
    const auto written = co_await backend.ports.campaigns.change(
        call.caller(), *id, event, PauseReason::operator_request, now, std::move(idempotency));
    if (!written) co_return std::unexpected(problem(written.error()));
    if (!written->replay) backend.ports.changes.notify(*id);
    if (*wait) {
        const auto campaign =
            co_await drained(backend, call.workspace.id, *id, written->campaign, call.request.deadline);
        auto response = changed(campaign, call.workspace.waiting.waiting());
        if (written->replay) response.headers.set("Idempotent-Replayed", "true");
        co_return response;
    }
    if (written->replay) co_return replayed(*written->replay);
    co_return changed(written->campaign, waiting);
}

}  // namespace

Task<Answer> pause_campaign(Backend& backend, const Call& call) {
    return change(backend, call, CampaignEvent::pause);
}
Task<Answer> resume_campaign(Backend& backend, const Call& call) {
    return change(backend, call, CampaignEvent::resume);
}
Task<Answer> cancel_campaign(Backend& backend, const Call& call) {
    return change(backend, call, CampaignEvent::cancel);
}

}  // namespace herald::api
