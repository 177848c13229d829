#pragma once
// A CampaignStore in memory, with its promises about keys and client_refs, and switches for what can go wrong.

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "domain/ports/campaign_store.hpp"

namespace herald::test {

class FakeCampaignStore final : public CampaignStore {
 public:
    std::optional<Error> fails;       // what every function answers
    std::vector<Campaign> campaigns;  // in the order of creation
    std::vector<std::vector<Recipient>> audiences;
    std::vector<DeliveryRecord> records;
    std::vector<ReasonCount> reason_counts;
    std::vector<Idempotency> idempotencies;  // of every write that came this far
    std::vector<Caller> callers;             // the same
    std::size_t reads{};                     // calls of get()
    std::vector<std::size_t> batches;        // sizes of what was appended
    std::function<void(std::size_t)> before_append;
    std::vector<UploadSummary> uploads;  // that ended

    // Told of every change, as the real one tells.
    std::function<void(const CampaignId&)> announce = [](const CampaignId&) {};

    // To be changed, or only looked at.
    Campaign& only() {
        announce(campaigns.at(0).id);
        return campaigns.at(0);
    }

    Task<Result<Written>> create(Caller caller, Campaign campaign, std::vector<Recipient> audience, bool launch,
                                 std::string body_hash, Idempotency idempotency) override {
        if (fails) co_return *fails;
        callers.push_back(caller);
        campaign.workspace = caller.workspace;
        idempotencies.push_back(idempotency);
        if (auto stored = find(campaign.workspace, idempotency)) co_return *std::move(stored);
        for (const auto& other : campaigns)
            if (campaign.client_ref && other.client_ref == campaign.client_ref) {
                if (body_hashes_[other.id.value] != body_hash)
                    co_return Error{Errc::conflict, "the client_ref names " + other.id.value};
                co_return Written{other, {}, true};
            }
        campaign.counts[DeliveryState::queued] = static_cast<std::int64_t>(audience.size());
        if (campaign.scheduled_at) campaign.state = CampaignState::scheduled;
        if (launch) {
            campaign.state = CampaignState::running;
            campaign.launched_at = campaign.created_at;
        }
        body_hashes_[campaign.id.value] = std::move(body_hash);
        campaigns.push_back(campaign);
        audiences.push_back(std::move(audience));
        co_return keep(campaign, idempotency);
    }

    Task<Result<Written>> change(Caller caller, CampaignId id, CampaignEvent event, PauseReason reason, WallTime now,
                                 Idempotency idempotency) override {
        if (fails) co_return *fails;
        callers.push_back(caller);
        idempotencies.push_back(idempotency);
        if (auto stored = find(caller.workspace, idempotency)) co_return *std::move(stored);
        auto* campaign = find(id);
        if (campaign == nullptr) co_return Error{Errc::not_found, "there is no such campaign"};
        const auto next = next_state(campaign->state, event);
        if (!next) co_return next.error();
        campaign->state = *next;
        campaign->paused_for.reset();
        if (event == CampaignEvent::pause) campaign->paused_for = reason;
        if (is_terminal(*next)) campaign->finished_at = now;
        ++campaign->version;
        co_return keep(*campaign, idempotency);
    }

    Task<Result<Written>> launch(Caller caller, CampaignId id, LaunchTerms terms, WallTime now,
                                 Idempotency idempotency) override {
        if (fails) co_return *fails;
        idempotencies.push_back(idempotency);
        callers.push_back(caller);
        if (auto stored = find(caller.workspace, idempotency)) co_return *std::move(stored);
        auto* campaign = find(id);
        if (campaign == nullptr) co_return Error{Errc::not_found, "there is no such campaign"};
        const auto next = next_state(campaign->state, terms.at ? CampaignEvent::schedule : CampaignEvent::launch);
        if (!next) co_return next.error();
        if (const auto allowed = may_launch(campaign->counts.audience(), campaign->sources.size()); !allowed)
            co_return allowed.error();
        if (const auto allowed = may_start(*campaign, terms, now); !allowed) co_return allowed.error();
        campaign->state = *next;
        if (terms.at)
            campaign->scheduled_at = terms.at;
        else
            campaign->launched_at = now;
        campaign->time_zone = terms.time_zone;
        if (terms.expires_at) campaign->expires_at = terms.expires_at;
        ++campaign->version;
        co_return keep(*campaign, idempotency);
    }

    // Called by edit, pace and remove before they look at the campaign.
    std::function<void()> before_write = [] {};

    Task<Result<Written>> edit(Caller caller, Campaign edited, Precondition holds, WallTime,
                               Idempotency idempotency) override {
        if (fails) co_return *fails;
        before_write();
        idempotencies.push_back(idempotency);
        callers.push_back(caller);
        if (auto stored = find(caller.workspace, idempotency)) co_return *std::move(stored);
        auto* campaign = find(edited.id);
        if (campaign == nullptr) co_return Error{Errc::not_found, "there is no such campaign"};
        if (const auto allowed = may_be_edited(campaign->state); !allowed) co_return allowed.error();
        if (!holds(*campaign)) co_return Error{Errc::stale, "the campaign has changed meanwhile"};
        edited.created_at = campaign->created_at;
        edited.counts = campaign->counts;
        edited.version = campaign->version + 1;
        *campaign = std::move(edited);
        co_return keep(*campaign, idempotency);
    }

    Task<Result<Written>> pace(Caller caller, CampaignId id, std::optional<std::int64_t> max_per_minute,
                               Precondition holds, WallTime, Idempotency idempotency) override {
        if (fails) co_return *fails;
        before_write();
        idempotencies.push_back(idempotency);
        callers.push_back(caller);
        if (auto stored = find(caller.workspace, idempotency)) co_return *std::move(stored);
        auto* campaign = find(id);
        if (campaign == nullptr) co_return Error{Errc::not_found, "there is no such campaign"};
        if (const auto allowed = may_be_paced(campaign->state); !allowed) co_return allowed.error();
        if (!holds(*campaign)) co_return Error{Errc::stale, "the campaign has changed meanwhile"};
        campaign->max_per_minute = max_per_minute;
        ++campaign->version;
        co_return keep(*campaign, idempotency);
    }

    Task<Result<Written>> remove(Caller caller, CampaignId id, Precondition holds, WallTime,
                                 Idempotency idempotency) override {
        if (fails) co_return *fails;
        before_write();
        idempotencies.push_back(idempotency);
        callers.push_back(caller);
        if (auto stored = find(caller.workspace, idempotency)) co_return *std::move(stored);
        const auto* campaign = find(id);
        if (campaign == nullptr) co_return Error{Errc::not_found, "there is no such campaign"};
        if (const auto allowed = may_be_deleted(campaign->state); !allowed) co_return allowed.error();
        if (!holds(*campaign)) co_return Error{Errc::stale, "the campaign has changed meanwhile"};
        const auto written = keep(*campaign, idempotency);
        audiences.erase(audiences.begin() + (campaign - campaigns.data()));
        campaigns.erase(campaigns.begin() + (campaign - campaigns.data()));
        co_return written;
    }

    Task<Result<Written>> retry(Caller caller, CampaignId id, std::vector<DeliveryState> states, WallTime,
                                Idempotency idempotency) override {
        if (fails) co_return *fails;
        callers.push_back(caller);
        idempotencies.push_back(idempotency);
        if (auto stored = find(caller.workspace, idempotency)) co_return *std::move(stored);
        auto* campaign = find(id);
        if (campaign == nullptr) co_return Error{Errc::not_found, "there is no such campaign"};
        const auto next = next_state(campaign->state, CampaignEvent::retry);
        if (!next) co_return next.error();
        for (const auto from : states)
            campaign->counts[DeliveryState::queued] += std::exchange(campaign->counts[from], 0);
        campaign->state = *next;
        campaign->paused_for.reset();
        campaign->finished_at.reset();
        ++campaign->version;
        co_return keep(*campaign, idempotency);
    }

    Task<Result<Appended>> append_recipients(Caller caller, CampaignId id, std::string,
                                             std::vector<Recipient> batch) override {
        if (fails) co_return *fails;
        callers.push_back(std::move(caller));
        batches.push_back(batch.size());
        if (before_append) before_append(batches.size());
        auto* campaign = find(id);
        if (campaign == nullptr) co_return Error{Errc::not_found, "there is no such campaign"};
        if (const auto open = may_grow(campaign->state); !open) co_return open.error();
        auto& audience = audiences.at(static_cast<std::size_t>(campaign - campaigns.data()));
        Appended out;
        for (auto& recipient : batch) {
            const bool known = std::ranges::any_of(
                audience, [&](const auto& other) { return normalized(other.ref) == normalized(recipient.ref); });
            if (known) {
                ++out.duplicates;
                continue;
            }
            audience.push_back(std::move(recipient));
            ++out.added;
        }
        campaign->counts[DeliveryState::queued] += out.added;
        announce(id);
        out.audience = campaign->counts.audience();
        co_return out;
    }

    Task<Result<void>> end_upload(Caller caller, CampaignId, std::string, UploadSummary upload, WallTime) override {
        if (fails) co_return *fails;
        callers.push_back(std::move(caller));
        uploads.push_back(std::move(upload));
        co_return Result<void>{};
    }

    Task<Result<std::optional<std::string>>> replay(WorkspaceId workspace, std::string scope, std::string key,
                                                    std::string request_hash, WallTime) override {
        if (fails) co_return *fails;
        const auto found = find(workspace, {std::move(scope), std::move(key), std::move(request_hash), {}, {}});
        if (!found) co_return std::nullopt;
        if (!*found) co_return found->error();
        co_return (*found)->replay;
    }

    Task<Result<Campaign>> get(WorkspaceId, CampaignId id) override {
        ++reads;
        if (fails) co_return *fails;
        const auto* campaign = find(id);
        if (campaign == nullptr) co_return Error{Errc::not_found, "there is no such campaign"};
        co_return *campaign;
    }

    Task<Result<std::vector<Campaign>>> list(WorkspaceId, CampaignQuery query) override {
        if (fails) co_return *fails;
        std::vector<Campaign> out;
        for (const auto& campaign : campaigns) {
            if (query.state && campaign.state != *query.state) continue;
            if (query.client_ref && campaign.client_ref != query.client_ref) continue;
            if (query.after && (query.ascending ? campaign.id <= *query.after : campaign.id >= *query.after)) continue;
            out.push_back(campaign);
        }
        std::ranges::sort(out, {}, &Campaign::id);
        if (!query.ascending) std::ranges::reverse(out);
        if (out.size() > query.limit) out.resize(query.limit);
        co_return out;
    }

    Task<Result<std::vector<DeliveryRecord>>> deliveries(WorkspaceId, DeliveryQuery query) override {
        if (fails) co_return *fails;
        std::vector<DeliveryRecord> out;
        for (const auto& record : records) {
            if (query.state && record.state != *query.state) continue;
            if (query.reason && record.reason != *query.reason) continue;
            if (query.after_position && record.position <= *query.after_position) continue;
            if (out.size() < query.limit) out.push_back(record);
        }
        co_return out;
    }

    Task<Result<std::vector<ReasonCount>>> reasons(WorkspaceId, CampaignId) override {
        if (fails) co_return *fails;
        co_return reason_counts;
    }

    Task<Result<void>> sender_verified(Caller, CampaignId, std::int64_t, WallTime) override {
        co_return Result<void>{};
    }
    Task<bool> healthy() override { co_return !fails; }

 private:
    struct Stored {
        std::string request_hash;
        std::string answer;
    };
    using Key = std::tuple<std::string, std::string, std::string>;

    Campaign* find(const CampaignId& id) {
        const auto found = std::ranges::find(campaigns, id, &Campaign::id);
        return found == campaigns.end() ? nullptr : &*found;
    }
    std::optional<Result<Written>> find(const WorkspaceId& workspace, const Idempotency& idempotency) {
        if (idempotency.key.empty()) return {};
        const auto found = stored_.find({workspace.value, idempotency.scope, idempotency.key});
        if (found == stored_.end()) return {};
        if (found->second.request_hash != idempotency.request_hash)
            return Error{Errc::key_reused, "the idempotency key was used for a different request"};
        return Written{{}, found->second.answer, false};
    }
    Written keep(const Campaign& campaign, const Idempotency& idempotency) {
        announce(campaign.id);
        if (!idempotency.key.empty())
            stored_[{campaign.workspace.value, idempotency.scope, idempotency.key}] = {
                idempotency.request_hash, idempotency.render(campaign, false)};
        return {campaign, {}, false};
    }

    std::map<Key, Stored> stored_;
    std::map<std::string, std::string> body_hashes_;
};

}  // namespace herald::test
