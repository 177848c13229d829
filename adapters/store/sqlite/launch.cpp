#include "adapters/store/sqlite/launch.hpp"

#include "adapters/store/sqlite/campaign_changes.hpp"
#include "adapters/store/sqlite/idempotency.hpp"
#include "adapters/store/sqlite/rows.hpp"
#include "domain/audit/records.hpp"

namespace herald::sqlite {

Result<Written> launch_campaign(Write& write, const Caller& caller, const CampaignId& id, const LaunchTerms& terms,
                                WallTime now, const Idempotency& idempotency) {
    auto repeated = replayed(write, caller.workspace, idempotency, now);
    if (!repeated) return repeated.error();
    if (*repeated) return std::move(**repeated);

    const auto number = campaign_number(write.connection(), caller.workspace, id);
    const auto campaign = find_campaign(write.connection(), caller.workspace, id);
    if (!number || !campaign) return no_such_campaign();
    const auto event = terms.at ? CampaignEvent::schedule : CampaignEvent::launch;
    const auto next = next_state(campaign->state, event);
    if (!next) return next.error();
    if (auto somebody = may_launch(campaign->counts.audience(), campaign->sources.size()); !somebody)
        return somebody.error();
    if (auto in_time = may_start(*campaign, terms, now); !in_time) return in_time.error();
    const auto launched_at = event == CampaignEvent::launch ? std::optional(now) : std::nullopt;
    write
        .query(
            "UPDATE campaigns SET state = ?2, launched_at = ?3, scheduled_at = coalesce(?4, scheduled_at), "
            "time_zone = coalesce(?5, CASE WHEN ?4 IS NULL AND ?6 IS NULL THEN time_zone END), "
            "expires_at = coalesce(?6, expires_at), version = version + 1 WHERE number = ?1")
        .with(*number, name(*next), launched_at, terms.at, terms.time_zone, terms.expires_at)
        .run();
    auto record = terms.at ? campaign_scheduled(id, campaign->state, *terms.at)
                           : campaign_changed(id, event, campaign->state, *next);
    record.details["recipient_count"] = campaign->counts.audience();
    write.audit(caller, now, std::move(record));
    write.changes().touch(*number);
    write.changes().happened(now);
    return answer(write, caller.workspace, id, idempotency, now);
}

}  // namespace herald::sqlite
