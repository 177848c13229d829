// POST /v1/campaigns/{id}/launch

#include <utility>

#include "api/campaign_view.hpp"
#include "api/create_command.hpp"
#include "api/handlers.hpp"
#include "api/idempotency.hpp"
#include "api/lists.hpp"

namespace herald::api {
namespace {

constexpr std::string_view scope = "POST /v1/campaigns/{id}/launch";
constexpr std::chrono::days answer_kept{7};

// A launch has only begun, or is still to come: 202, with the place where its progress stands.
Response launched(const Campaign& campaign, const Waiting& waiting) {
    auto response = campaign_response(202, campaign_view(campaign, waiting));
    response.headers.set("Location", campaign_path(campaign.id) + "/progress");
    return response;
}

}  // namespace

Task<Answer> launch_campaign(Backend& backend, const Call& call) {
    const auto dry_run = flag_of(call.target, "dry_run");
    if (!dry_run) co_return std::unexpected(dry_run.error());
    if (*dry_run) co_return co_await dry_run_launch(backend, call);
    auto& ports = backend.ports;
    auto key = idempotency_key(call);
    if (!key) co_return std::unexpected(std::move(key.error()));
    auto id = campaign_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    auto command = read_launch_command(call.request.body, call.request.method, call.target.path, ports.zones);
    if (!command)
        co_return std::unexpected(Problem{.status = 400, .code = "malformed_json", .detail = command.error()});
    const auto now = ports.clock.wall_now();
    if (!key->empty()) {  // before the time that has passed since
        auto stored =
            co_await ports.campaigns.replay(call.workspace.id, std::string(scope), *key, command->request_hash, now);
        if (!stored) co_return std::unexpected(problem(stored.error()));
        if (*stored) co_return replayed(**stored);
    }
    command->errors.append(untimely("at", command->terms, now));
    if (!command->errors.empty()) co_return std::unexpected(validation_problem(std::move(command->errors)));

    const auto waiting = call.workspace.waiting.waiting();
    Idempotency idempotency{
        .scope = std::string(scope),
        .key = *std::move(key),
        .request_hash = std::move(command->request_hash),
        .render = [waiting](const Campaign& c, bool /*existed*/) { return to_stored(launched(c, waiting)); },
        .expires_at = now + answer_kept};
    const auto written =
        co_await ports.campaigns.launch(call.caller(), *id, std::move(command->terms), now, std::move(idempotency));
    if (!written) co_return std::unexpected(problem(written.error()));
    if (written->replay) co_return replayed(*written->replay);
    ports.changes.notify(*id);
    co_return launched(written->campaign, waiting);
}

}  // namespace herald::api
