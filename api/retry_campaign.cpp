// POST /v1/campaigns/{id}/retry

#include <utility>

#include "api/campaign_view.hpp"
#include "api/create_command.hpp"
#include "api/handlers.hpp"
#include "api/idempotency.hpp"
#include "api/lists.hpp"

namespace herald::api {
namespace {

constexpr std::string_view scope = "POST /v1/campaigns/{id}/retry";
constexpr std::chrono::days answer_kept{7};

// As a launch: it has only begun.
Response retried(const Campaign& campaign, const Waiting& waiting) {
    auto response = campaign_response(202, campaign_view(campaign, waiting));
    response.headers.set("Location", campaign_path(campaign.id) + "/progress");
    return response;
}

}  // namespace

Task<Answer> retry_campaign(Backend& backend, const Call& call) {
    auto key = idempotency_key(call);
    if (!key) co_return std::unexpected(std::move(key.error()));
    auto id = campaign_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    auto command = read_retry_command(call.request.body, call.request.method, call.target.path);
    if (!command)
        co_return std::unexpected(Problem{.status = 400, .code = "malformed_json", .detail = command.error()});
    if (!command->errors.empty()) co_return std::unexpected(validation_problem(std::move(command->errors)));

    const auto now = backend.ports.clock.wall_now();
    const auto waiting = call.workspace.waiting.waiting();
    Idempotency idempotency{
        .scope = std::string(scope),
        .key = *std::move(key),
        .request_hash = std::move(command->request_hash),
        .render = [waiting](const Campaign& c, bool /*existed*/) { return to_stored(retried(c, waiting)); },
        .expires_at = now + answer_kept};
    const auto written = co_await backend.ports.campaigns.retry(call.caller(), *id, std::move(command->states), now,
                                                                std::move(idempotency));
    if (!written) co_return std::unexpected(problem(written.error()));
    if (written->replay) co_return replayed(*written->replay);
    backend.ports.changes.notify(*id);
    co_return retried(written->campaign, waiting);
}

}  // namespace herald::api
