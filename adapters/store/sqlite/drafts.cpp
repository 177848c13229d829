#include "adapters/store/sqlite/drafts.hpp"

#include "adapters/store/sqlite/campaign_changes.hpp"
#include "adapters/store/sqlite/idempotency.hpp"
#include "adapters/store/sqlite/rows.hpp"
#include "adapters/store/sqlite/sweep.hpp"
#include "domain/audit/records.hpp"

namespace herald::sqlite {
namespace {

// Every column that a creation fills, but for its identity and its client_ref.
void rewrite(Write& write, std::int64_t number, const Campaign& c) {
    write
        .query(
            "UPDATE campaigns SET name = ?2, channel = ?3, template_type = ?4, subject = ?5, body_format = ?6, "
            "body = ?7, style = ?8, admin_id = ?9, sender_email = ?10, sender_verified = ?11, variables = ?12, "
            "track_event = ?13, metadata = ?14, created_by = ?15, time_zone = ?16, expires_at = ?17, "
            "create_missing_contacts = ?18, max_per_minute = ?19, "
            "version = version + 1 WHERE number = ?1")
        .with(number, c.name, name(c.channel), c.template_type, c.subject,
              c.body.format == Body::Format::html ? "html" : "text", c.body.content, name(c.style), c.sender.admin_id,
              c.sender.email, c.sender.verified, to_text(c.variables), c.track_event, to_text(c.metadata), c.created_by,
              c.time_zone, c.expires_at, c.create_missing_contacts, c.max_per_minute)
        .run();
}

}  // namespace

Result<Written> edit_draft(Write& write, const Caller& caller, const Campaign& edited, const Precondition& holds,
                           WallTime now, const Idempotency& idempotency) {
    auto repeated = replayed(write, caller.workspace, idempotency, now);
    if (!repeated) return repeated.error();
    if (*repeated) return std::move(**repeated);

    const auto number = campaign_number(write.connection(), caller.workspace, edited.id);
    const auto campaign = find_campaign(write.connection(), caller.workspace, edited.id);
    if (!number || !campaign) return no_such_campaign();
    if (auto allowed = may_be_edited(campaign->state); !allowed) return allowed.error();
    if (holds && !holds(*campaign)) return changed_meanwhile();
    rewrite(write, *number, edited);
    write.audit(caller, now, campaign_edited(*campaign, edited));
    write.changes().touch(*number);
    return answer(write, caller.workspace, edited.id, idempotency, now);
}

Result<Written> remove_draft(Write& write, const Caller& caller, const CampaignId& id, const Precondition& holds,
                             WallTime now, const Idempotency& idempotency) {
    auto repeated = replayed(write, caller.workspace, idempotency, now);
    if (!repeated) return repeated.error();
    if (*repeated) return std::move(**repeated);

    const auto number = campaign_number(write.connection(), caller.workspace, id);
    auto campaign = find_campaign(write.connection(), caller.workspace, id);
    if (!number || !campaign) return no_such_campaign();
    if (auto allowed = may_be_deleted(campaign->state); !allowed) return allowed.error();
    if (holds && !holds(*campaign)) return changed_meanwhile();
    begin_removal(write, *number);
    write.audit(caller, now, campaign_deleted(*campaign));
    write.changes().touch(*number);
    store_answer(write, *campaign, idempotency, now);
    return Written{std::move(*campaign), {}, false};
}

}  // namespace herald::sqlite
