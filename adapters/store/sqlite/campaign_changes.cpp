#include "adapters/store/sqlite/campaign_changes.hpp"

#include <set>

#include <fmt/format.h>

#include "adapters/store/sqlite/audience.hpp"
#include "adapters/store/sqlite/audience_sources.hpp"
#include "adapters/store/sqlite/idempotency.hpp"
#include "adapters/store/sqlite/launch.hpp"
#include "adapters/store/sqlite/requeue.hpp"
#include "adapters/store/sqlite/rows.hpp"
#include "adapters/store/sqlite/sweep.hpp"
#include "domain/audit/records.hpp"

namespace herald::sqlite {
namespace {

// The campaign that already has the client_ref: the same request again, or a conflict.
Result<std::optional<Written>> existing(Write& write, const Campaign& campaign, const std::string& body_hash) {
    if (!campaign.client_ref) return std::nullopt;
    auto row = write.query("SELECT id, body_hash FROM campaigns WHERE workspace = ?1 AND client_ref = ?2");
    if (!row.with(campaign.workspace, *campaign.client_ref).next()) return std::nullopt;
    const CampaignId id{row.text(0)};
    if (row.text(1) != body_hash)
        return Error{Errc::conflict, fmt::format("the client_ref names {}, which is a different request", id.value)};
    Written written;
    if (auto found = find_campaign(write.connection(), campaign.workspace, id)) written.campaign = std::move(*found);
    written.existed = true;
    return written;
}

void move_audience(Write& write, std::int64_t number, CampaignEvent event, WallTime now) {
    // What is in the sending loop's hands goes back, as if never claimed.
    if (event == CampaignEvent::pause || event == CampaignEvent::cancel || event == CampaignEvent::expire)
        write.claims().take_back(number);
    if (event == CampaignEvent::cancel || event == CampaignEvent::expire) end_requeue(write, number);
    if (event == CampaignEvent::cancel) begin_sweep(write, number, DeliveryEvent::cancel, now);
    if (event == CampaignEvent::expire) begin_sweep(write, number, DeliveryEvent::expire, now);
}

AuditRecord retried(const Campaign& campaign, CampaignState next, const std::set<DeliveryState>& states,
                    std::int64_t rows) {
    auto record = campaign_changed(campaign.id, CampaignEvent::retry, campaign.state, next);
    std::string names;
    for (const auto state : states) names += fmt::format("{}{}", names.empty() ? "" : ",", name(state));
    record.details["states"] = names;
    record.details["recipient_count"] = rows;
    return record;
}

}  // namespace

Error no_such_campaign() {
    return {Errc::not_found, "no such campaign"};
}

Error changed_meanwhile() {
    return {Errc::stale, "the campaign has changed meanwhile"};
}

Result<Written> answer(Write& write, const WorkspaceId& workspace, const CampaignId& id, const Idempotency& idempotency,
                       WallTime now) {
    write.flush();
    auto campaign = find_campaign(write.connection(), workspace, id);
    if (!campaign) return no_such_campaign();
    store_answer(write, *campaign, idempotency, now);
    return Written{std::move(*campaign), {}, false};
}

Result<Written> create_campaign(Write& write, const Caller& caller, Campaign& campaign,
                                const std::vector<Recipient>& audience, bool launch, const std::string& body_hash,
                                const Idempotency& idempotency) {
    const auto now = campaign.created_at;
    campaign.workspace = caller.workspace;
    auto repeated = replayed(write, campaign.workspace, idempotency, now);
    if (!repeated) return repeated.error();
    if (*repeated) return std::move(**repeated);

    auto known = existing(write, campaign, body_hash);
    if (!known) return known.error();
    if (*known) {
        store_answer(write, (*known)->campaign, idempotency, now, true);
        return std::move(**known);
    }

    campaign.state = CampaignState::draft;
    if (campaign.scheduled_at) campaign.state = CampaignState::scheduled;
    if (launch) {
        campaign.state = CampaignState::running;
        campaign.launched_at = now;
    }
    const auto number = insert_campaign(write.connection(), campaign, body_hash);
    insert_audience(write, number, campaign.workspace, audience);
    insert_sources(write, number, campaign.workspace, campaign.sources);
    const auto recipients = static_cast<std::int64_t>(audience.size());
    write.audit(caller, now, campaign_created(campaign, recipients));
    if (launch) {
        auto launched =
            campaign_changed(campaign.id, CampaignEvent::launch, CampaignState::draft, CampaignState::running);
        launched.details["recipient_count"] = recipients;
        write.audit(caller, now, std::move(launched));
    } else if (campaign.scheduled_at) {
        write.audit(caller, now, campaign_scheduled(campaign.id, CampaignState::draft, *campaign.scheduled_at));
    }
    write.changes().touch(number);
    write.changes().happened(now);
    return answer(write, campaign.workspace, campaign.id, idempotency, now);
}

Result<Written> change_campaign(Write& write, const Caller& caller, const CampaignId& id, CampaignEvent event,
                                PauseReason reason, WallTime now, const Idempotency& idempotency) {
    const auto& workspace = caller.workspace;
    auto repeated = replayed(write, workspace, idempotency, now);
    if (!repeated) return repeated.error();
    if (*repeated) return std::move(**repeated);
    if (event == CampaignEvent::complete) return Error{Errc::invalid_argument, "a campaign completes by itself"};
    if (event == CampaignEvent::retry) return Error{Errc::invalid_argument, "a retry names states"};
    if (event == CampaignEvent::schedule) return Error{Errc::invalid_argument, "a schedule names a time"};
    if (event == CampaignEvent::launch) return launch_campaign(write, caller, id, {}, now, idempotency);

    const auto number = campaign_number(write.connection(), workspace, id);
    const auto campaign = find_campaign(write.connection(), workspace, id);
    if (!number || !campaign) return no_such_campaign();
    const auto next = next_state(campaign->state, event);
    if (!next) return next.error();
    if (event == CampaignEvent::start || event == CampaignEvent::hold || event == CampaignEvent::expire)
        if (auto due = is_due(*campaign, event, now); !due) return due.error();
    const bool stays_paused = event == CampaignEvent::expire && campaign->paused_for;
    const auto paused_for = *next == CampaignState::paused
                                ? std::optional(name(stays_paused ? *campaign->paused_for : reason))
                                : std::nullopt;
    const bool first_run = *next == CampaignState::running && !campaign->launched_at;
    const auto launched_at = first_run ? std::optional(now) : campaign->launched_at;
    const auto finished_at = is_terminal(*next) ? std::optional(now) : std::nullopt;
    write
        .query(
            "UPDATE campaigns SET state = ?2, paused_for = ?3, launched_at = ?4, finished_at = ?5, "
            "version = version + 1 WHERE number = ?1")
        .with(*number, name(*next), paused_for, launched_at, finished_at)
        .run();
    move_audience(write, *number, event, now);
    if (event == CampaignEvent::resume) reopen_sources(write, *number);
    if (event == CampaignEvent::expire) close_sources(write, *number, "the campaign expired first");
    auto record = campaign_changed(id, event, campaign->state, *next);
    if (paused_for) record.details["reason"] = std::string(*paused_for);
    if (event == CampaignEvent::start) record.details["recipient_count"] = campaign->counts.audience();
    write.audit(caller, now, std::move(record));
    write.changes().touch(*number);
    write.changes().happened(now);
    return answer(write, workspace, id, idempotency, now);
}

Result<Written> pace_campaign(Write& write, const Caller& caller, const CampaignId& id,
                              std::optional<std::int64_t> max_per_minute, const Precondition& holds, WallTime now,
                              const Idempotency& idempotency) {
    auto repeated = replayed(write, caller.workspace, idempotency, now);
    if (!repeated) return repeated.error();
    if (*repeated) return std::move(**repeated);

    const auto number = campaign_number(write.connection(), caller.workspace, id);
    const auto campaign = find_campaign(write.connection(), caller.workspace, id);
    if (!number || !campaign) return no_such_campaign();
    if (auto allowed = may_be_paced(campaign->state); !allowed) return allowed.error();
    if (!holds(*campaign)) return changed_meanwhile();
    write.query("UPDATE campaigns SET max_per_minute = ?2, version = version + 1 WHERE number = ?1")
        .with(*number, max_per_minute)
        .run();
    write.audit(caller, now, campaign_paced(*campaign, max_per_minute));
    write.changes().touch(*number);
    return answer(write, caller.workspace, id, idempotency, now);
}

Result<Written> retry_campaign(Write& write, const Caller& caller, const CampaignId& id,
                               const std::set<DeliveryState>& states, WallTime now, const Idempotency& idempotency) {
    const auto& workspace = caller.workspace;
    auto repeated = replayed(write, workspace, idempotency, now);
    if (!repeated) return repeated.error();
    if (*repeated) return std::move(**repeated);

    const auto number = campaign_number(write.connection(), workspace, id);
    const auto campaign = find_campaign(write.connection(), workspace, id);
    if (!number || !campaign) return no_such_campaign();
    const auto next = next_state(campaign->state, CampaignEvent::retry);
    if (!next) return next.error();
    if (auto allowed = may_send_again(*campaign, now); !allowed) return allowed.error();
    const auto rows = count_requeued(write.connection(), *number, campaign->counts, states);
    if (rows > 0) {
        reopen_sources(write, *number);
        write
            .query(
                "UPDATE campaigns SET state = ?2, paused_for = NULL, finished_at = NULL, version = version + 1 "
                "WHERE number = ?1")
            .with(*number, name(*next))
            .run();
        begin_requeue(write, *number, states, now);
        write.audit(caller, now, retried(*campaign, *next, states, rows));
    }
    return answer(write, workspace, id, idempotency, now);
}

Result<void> confirm_sender(Write& write, const Caller& caller, const CampaignId& id, std::int64_t admin_id,
                            WallTime now) {
    auto row = write.query("SELECT number, sender_verified, admin_id FROM campaigns WHERE id = ?1 AND workspace = ?2");
    if (!row.with(id, caller.workspace).next()) return no_such_campaign();
    if (row.boolean(1) && row.optional_integer(2) == admin_id) return {};
    const auto number = row.integer(0);
    write.query("UPDATE campaigns SET sender_verified = 1, admin_id = ?2, version = version + 1 WHERE number = ?1")
        .with(number, admin_id)
        .run();
    write.audit(caller, now, sender_confirmed(id, admin_id));
    write.changes().touch(number);
    return {};
}

}  // namespace herald::sqlite
