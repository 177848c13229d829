#pragma once
// What the changes of campaigns say about themselves.

#include <optional>

#include "domain/audit/entry.hpp"
#include "domain/campaign/campaign.hpp"
#include "domain/delivery/resolve.hpp"

namespace herald {

std::string audit_resource(const CampaignId& id);  // "campaign:cmp_…"

// `email_campaign_created` or `in_app_campaign_created`, with what the earlier system logged of it.
AuditRecord campaign_created(const Campaign& campaign, std::int64_t recipients);

// `campaign_launched`, `campaign_paused`, …: `event` with the states around it.
AuditRecord campaign_changed(const CampaignId& id, CampaignEvent event, CampaignState before, CampaignState after);

// `campaign_scheduled`: to start at `at`.
AuditRecord campaign_scheduled(const CampaignId& id, CampaignState before, WallTime at);

// `campaign_edited`, with the names of the fields that differ, and `campaign_deleted`.
AuditRecord campaign_edited(const Campaign& before, const Campaign& after);
AuditRecord campaign_deleted(const Campaign& campaign);

// `campaign_paced`, after its launch: the pace before and after, each left out where there is none.
AuditRecord campaign_paced(const Campaign& before, std::optional<std::int64_t> max_per_minute);

// `sender_confirmed`: Intercom knows the admin.
AuditRecord sender_confirmed(const CampaignId& id, std::int64_t admin_id);

// `recipients_uploaded`: one upload with all its batches.
struct UploadSummary {
    std::int64_t lines{};
    std::int64_t added{};
    std::int64_t duplicates{};
    std::int64_t errors{};
    std::string outcome;  // "complete", else the code of the problem that ended it

    friend bool operator==(const UploadSummary&, const UploadSummary&) = default;
};
AuditRecord recipients_uploaded(const CampaignId& id, const UploadSummary& upload);
// The process ended first: only what was stored is known of it.
AuditRecord upload_interrupted(const CampaignId& id, std::int64_t added, std::int64_t duplicates);

// `delivery_resolved`: somebody said what became of an unknown delivery. The note stays with the delivery.
AuditRecord delivery_resolved(std::int64_t number, const CampaignId& campaign, Resolution outcome, DeliveryState before,
                              DeliveryState after);

}  // namespace herald
