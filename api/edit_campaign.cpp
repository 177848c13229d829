// PATCH and DELETE /v1/campaigns/{id}

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "api/campaign_view.hpp"
#include "api/digest.hpp"
#include "api/draft_patch.hpp"
#include "api/handlers.hpp"
#include "api/idempotency.hpp"
#include "api/lists.hpp"
#include "api/negotiation.hpp"
#include "api/sender_check.hpp"

namespace herald::api {
namespace {

constexpr std::string_view edit_scope = "PATCH /v1/campaigns/{id}";
constexpr std::string_view delete_scope = "DELETE /v1/campaigns/{id}";
constexpr std::chrono::days answer_kept{1};
constexpr int most_attempts = 8;  // while others edit the same draft

// The work of a large body, away from the event loop. Shared with the worker, which runs to its end even when the
// request is given up.
template <class Job>
Task<void> work_on(Backend& backend, std::size_t body, std::shared_ptr<Job> job) {
    if (body <= backend.options.worker_above)
        job->run();
    else
        co_await backend.ports.worker.run([job] { job->run(); });
}

struct ReadJob {
    std::string body, method, path;
    std::expected<PatchRequest, std::string> result;
    void run() { result = read_patch(body, method, path); }
};

struct MergeJob {
    Campaign draft;
    boost::json::value patch;
    std::optional<std::int64_t> default_admin;
    const TimeZones& zones;
    WallTime now;
    Patched result;
    void run() { result = patched(draft, patch, default_admin, zones, now); }
};

Problem not_as_expected(const std::string& etag) {
    return {.status = 412,
            .code = "precondition_failed",
            .detail = "the campaign is not as If-Match says: read it again",
            .headers = {{"ETag", etag}}};
}

// A draft waits for nothing, so that its view, and its entity tag, depend on the campaign alone.
std::string draft_etag(const Campaign& draft) {
    return etag_of(campaign_view(draft, {}));
}

Response edited(const Campaign& campaign) {
    return campaign_response(200, campaign_view(campaign, {}));
}

// What stands in the way of the edit before its content is looked at: the state first, then the precondition.
std::optional<Problem> refused(const Campaign& campaign, const Headers& headers) {
    if (auto allowed = may_be_edited(campaign.state); !allowed) return problem(allowed.error());
    if (const auto etag = draft_etag(campaign); !match_allows(headers, etag)) return not_as_expected(etag);
    return {};
}

Task<OrProblem<Campaign>> merged(Backend& backend, const Call& call, Campaign draft, const boost::json::value& patch) {
    const auto job = std::make_shared<MergeJob>(MergeJob{std::move(draft),
                                                         patch,
                                                         call.workspace.default_admin,
                                                         backend.ports.zones,
                                                         backend.ports.clock.wall_now(),
                                                         {}});
    co_await work_on(backend, call.request.body.size(), job);
    auto& result = job->result;
    if (!result.errors.empty()) co_return std::unexpected(validation_problem(std::move(result.errors)));
    if (result.sender_changed) {
        auto wrong = co_await settle_sender(backend.senders.at(call.workspace.id), result.campaign.sender,
                                            !result.sender_removed, call.request.deadline);
        if (wrong) co_return std::unexpected(*std::move(wrong));
    }
    co_return std::move(result.campaign);
}

// A campaign that is no draft any more says what it said; how fast it does may still be changed.
Task<Answer> change_pace(Backend& backend, const Call& call, const Campaign& campaign, const PatchRequest& request,
                         const std::string& key) {
    if (auto allowed = may_be_paced(campaign.state); !allowed) co_return std::unexpected(problem(allowed.error()));
    auto patch = read_pace(campaign, request.patch);
    if (!patch.beyond.empty())
        co_return std::unexpected(
            problem(Error{Errc::conflict, fmt::format("the campaign is {}: only max_per_minute may be changed, not {}",
                                                      name(campaign.state), patch.beyond)}));
    if (!patch.errors.empty()) co_return std::unexpected(validation_problem(std::move(patch.errors)));
    const auto waiting = call.workspace.waiting.waiting();
    Precondition expected = [waiting, headers = call.request.headers](const Campaign& c) {
        return match_allows(headers, etag_of(campaign_view(c, waiting)));
    };
    const auto now = backend.ports.clock.wall_now();
    const auto changed = [waiting](const Campaign& c) { return campaign_response(200, campaign_view(c, waiting)); };
    Idempotency idempotency{.scope = std::string(edit_scope),
                            .key = key,
                            .request_hash = request.request_hash,
                            .render = [changed](const Campaign& c, bool /*existed*/) { return to_stored(changed(c)); },
                            .expires_at = now + answer_kept};
    const auto written = co_await backend.ports.campaigns.pace(call.caller(), campaign.id, patch.max_per_minute,
                                                               std::move(expected), now, std::move(idempotency));
    if (!written && written.error().code == Errc::stale) {
        const auto found = co_await backend.ports.campaigns.get(call.workspace.id, campaign.id);
        if (!found) co_return std::unexpected(problem(found.error()));
        co_return std::unexpected(not_as_expected(etag_of(campaign_view(*found, waiting))));
    }
    if (!written) co_return std::unexpected(problem(written.error()));
    if (written->replay) co_return replayed(*written->replay);
    backend.ports.changes.notify(campaign.id);
    co_return changed(written->campaign);
}

// Merges into the draft as it stands, and again when it has changed before the merge could be stored.
Task<Answer> edit(Backend& backend, const Call& call, const CampaignId& id, const PatchRequest& request,
                  const std::string& key) {
    auto& campaigns = backend.ports.campaigns;
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        auto draft = co_await campaigns.get(call.workspace.id, id);
        if (!draft) co_return std::unexpected(problem(draft.error()));
        if (draft->state != CampaignState::draft) co_return co_await change_pace(backend, call, *draft, request, key);
        if (auto wrong = refused(*draft, call.request.headers)) co_return std::unexpected(*std::move(wrong));
        const auto version = draft->version;
        auto campaign = co_await merged(backend, call, *std::move(draft), request.patch);
        if (!campaign) co_return std::unexpected(std::move(campaign.error()));

        const auto now = backend.ports.clock.wall_now();
        Idempotency idempotency{.scope = std::string(edit_scope),
                                .key = key,
                                .request_hash = request.request_hash,
                                .render = [](const Campaign& c, bool /*existed*/) { return to_stored(edited(c)); },
                                .expires_at = now + answer_kept};
        Precondition unchanged = [version](const Campaign& c) { return c.version == version; };
        const auto written = co_await campaigns.edit(call.caller(), *std::move(campaign), std::move(unchanged), now,
                                                     std::move(idempotency));
        if (!written && written.error().code == Errc::stale) continue;
        if (!written) co_return std::unexpected(problem(written.error()));
        if (written->replay) co_return replayed(*written->replay);
        backend.ports.changes.notify(id);
        co_return edited(written->campaign);
    }
    co_return std::unexpected(Problem{.status = 409,
                                      .code = "state_conflict",
                                      .detail = "others edit the draft at the same time: repeat the request"});
}

}  // namespace

Task<Answer> edit_campaign(Backend& backend, const Call& call) {
    auto key = idempotency_key(call);
    if (!key) co_return std::unexpected(std::move(key.error()));
    auto id = campaign_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    const auto job = std::make_shared<ReadJob>(ReadJob{call.request.body, call.request.method, call.target.path, {}});
    co_await work_on(backend, call.request.body.size(), job);
    if (!job->result)
        co_return std::unexpected(Problem{.status = 400, .code = "malformed_json", .detail = job->result.error()});
    if (!key->empty()) {  // before anything that may have changed since the first time
        auto stored =
            co_await backend.ports.campaigns.replay(call.workspace.id, std::string(edit_scope), *key,
                                                    job->result->request_hash, backend.ports.clock.wall_now());
        if (!stored) co_return std::unexpected(problem(stored.error()));
        if (*stored) co_return replayed(**stored);
    }
    co_return co_await edit(backend, call, *id, *job->result, *key);
}

Task<Answer> delete_campaign(Backend& backend, const Call& call) {
    auto key = idempotency_key(call);
    if (!key) co_return std::unexpected(std::move(key.error()));
    auto id = campaign_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));

    const auto now = backend.ports.clock.wall_now();
    const auto gone = [] { return Response{.status = 204, .headers = {}, .body = {}, .stream = {}}; };
    Idempotency idempotency{.scope = std::string(delete_scope),
                            .key = *std::move(key),
                            .request_hash = Sha256().add(call.request.method).add(call.target.path).hex(),
                            .render = [gone](const Campaign&, bool /*existed*/) { return to_stored(gone()); },
                            .expires_at = now + answer_kept};
    Precondition expected = [headers = call.request.headers](const Campaign& c) {
        return match_allows(headers, draft_etag(c));
    };
    const auto written =
        co_await backend.ports.campaigns.remove(call.caller(), *id, std::move(expected), now, std::move(idempotency));
    if (!written && written.error().code == Errc::stale) {
        const auto draft = co_await backend.ports.campaigns.get(call.workspace.id, *id);
        co_return std::unexpected(draft ? not_as_expected(draft_etag(*draft)) : problem(draft.error()));
    }
    if (!written) co_return std::unexpected(problem(written.error()));
    if (written->replay) co_return replayed(*written->replay);
    backend.ports.changes.notify(*id);
    co_return gone();
}

}  // namespace herald::api
