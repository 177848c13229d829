// POST /v1/campaigns

#include <memory>
#include <utility>

#include "api/audience_check.hpp"
#include "api/campaign_view.hpp"
#include "api/create_command.hpp"
#include "api/handlers.hpp"
#include "api/idempotency.hpp"

namespace herald::api {
namespace {

constexpr std::string_view scope = "POST /v1/campaigns";
constexpr std::chrono::days answer_kept{7};

// Away from the event loop when the body is large.
Task<std::expected<CreateCommand, std::string>> read(Backend& backend, const Call& call) {
    const auto& request = call.request;
    const auto admin = call.workspace.default_admin;
    const auto& zones = backend.ports.zones;
    if (request.body.size() <= backend.options.worker_above)
        co_return read_create_command(request.body, request.method, call.target.path, admin, zones);
    // Shared with the work, which runs to its end even when this request is given up.
    struct Job {
        std::string body, method, path;
        std::expected<CreateCommand, std::string> result;
    };
    const auto job = std::make_shared<Job>(Job{request.body, request.method, call.target.path, {}});
    co_await backend.ports.worker.run(
        [job, admin, &zones] { job->result = read_create_command(job->body, job->method, job->path, admin, zones); });
    co_return std::move(job->result);
}

// A creation whose times have passed may be the repetition of one that was in time; the store tells them apart.
Task<bool> exists(CampaignStore& campaigns, const WorkspaceId& workspace, const Campaign& campaign) {
    if (!campaign.client_ref) co_return false;
    CampaignQuery query;
    query.client_ref = campaign.client_ref;
    query.limit = 1;
    const auto found = co_await campaigns.list(workspace, std::move(query));
    co_return found && !found->empty();
}

Response created(const Campaign& campaign, const Waiting& waiting, int status) {
    auto response = campaign_response(status, campaign_view(campaign, waiting));
    response.headers.set("Location", campaign_path(campaign.id));
    return response;
}

Problem create_problem(const Error& error) {
    auto out = problem(error);
    if (error.code == Errc::conflict) out.code = "client_ref_taken";
    return out;
}

}  // namespace

Task<Answer> create_campaign(Backend& backend, const Call& call) {
    auto& ports = backend.ports;
    const auto& workspace = call.workspace.id;
    auto key = idempotency_key(call);
    if (!key) co_return std::unexpected(std::move(key.error()));
    auto command = co_await read(backend, call);
    if (!command)
        co_return std::unexpected(Problem{.status = 400, .code = "malformed_json", .detail = command.error()});

    // Before anything that may have changed since the first time: configuration, admins, rules.
    if (!key->empty()) {
        auto stored = co_await ports.campaigns.replay(workspace, std::string(scope), *key, command->request_hash,
                                                      ports.clock.wall_now());
        if (!stored) co_return std::unexpected(problem(stored.error()));
        if (*stored) co_return replayed(**stored);
    }
    auto late = untimely("scheduled_at", command->terms, ports.clock.wall_now());
    if (!late.empty() && command->errors.empty() && co_await exists(ports.campaigns, workspace, command->campaign))
        late = {};
    command->errors.append(std::move(late));
    if (!command->errors.empty()) co_return std::unexpected(validation_problem(std::move(command->errors)));

    auto& campaign = command->campaign;
    if (auto refused = co_await settle_sender(backend.senders.at(workspace), campaign.sender, command->sender_named,
                                              call.request.deadline))
        co_return std::unexpected(*std::move(refused));
    if (auto refused =
            co_await check_audience(call.workspace.audience_search, ports.clock, *command, call.request.deadline))
        co_return std::unexpected(*std::move(refused));

    const auto now = ports.clock.wall_now();
    const auto waiting = call.workspace.waiting.waiting();
    campaign.id = CampaignId{make_id("cmp", now, ports.random)};
    campaign.workspace = workspace;
    campaign.created_at = now;
    Idempotency idempotency{
        .scope = std::string(scope),
        .key = *key,
        .request_hash = command->request_hash,
        .render = [waiting](const Campaign& c,
                            bool existed) { return to_stored(created(c, waiting, existed ? 200 : 201)); },
        .expires_at = now + answer_kept};
    const auto written =
        co_await ports.campaigns.create(call.caller(), std::move(campaign), std::move(command->audience),
                                        command->launch, std::move(command->body_hash), std::move(idempotency));
    if (!written) co_return std::unexpected(create_problem(written.error()));
    if (written->replay) co_return replayed(*written->replay);
    if (written->existed) {
        auto response = created(written->campaign, waiting, 200);
        response.headers.set("Idempotent-Replayed", "true");
        co_return response;
    }
    ports.changes.notify(written->campaign.id);
    co_return created(written->campaign, waiting, 201);
}

}  // namespace herald::api
