#include "domain/audit/records.hpp"

#include <fmt/format.h>

namespace herald {
namespace {

std::string_view action_of(CampaignEvent event) {
    switch (event) {
        case CampaignEvent::launch:
            return "campaign_launched";
        case CampaignEvent::schedule:
            return "campaign_scheduled";
        case CampaignEvent::pause:
            return "campaign_paused";
        case CampaignEvent::resume:
            return "campaign_resumed";
        case CampaignEvent::cancel:
            return "campaign_cancelled";
        case CampaignEvent::retry:
            return "campaign_retried";
        case CampaignEvent::start:
            return "campaign_started";
        case CampaignEvent::hold:
            return "campaign_held";
        case CampaignEvent::expire:
            return "campaign_expired";
        case CampaignEvent::complete:
            return "campaign_completed";
    }
    return "";
}

}  // namespace

std::string audit_resource(const CampaignId& id) {
    return "campaign:" + id.value;
}

AuditRecord campaign_created(const Campaign& campaign, std::int64_t recipients) {
    AuditRecord record{fmt::format("{}_campaign_created", name(campaign.channel)), audit_resource(campaign.id), {}};
    record.details = {{"campaign_id", campaign.id.value},
                      {"recipient_count", recipients},
                      {"intercom_integration", true},  // as in the campaign's own summary: always on
                      {"send_status", std::string(name(campaign.state))}};
    if (campaign.created_by) record.details["created_by"] = *campaign.created_by;
    return record;
}

AuditRecord campaign_changed(const CampaignId& id, CampaignEvent event, CampaignState before, CampaignState after) {
    return {std::string(action_of(event)),
            audit_resource(id),
            {{"state_before", std::string(name(before))}, {"state_after", std::string(name(after))}}};
}

AuditRecord campaign_scheduled(const CampaignId& id, CampaignState before, WallTime at) {
    auto record = campaign_changed(id, CampaignEvent::schedule, before, CampaignState::scheduled);
    record.details["scheduled_at"] = to_rfc3339(at);
    return record;
}

AuditRecord campaign_edited(const Campaign& before, const Campaign& after) {
    std::string fields;
    const auto compare = [&](std::string_view field, bool same) {
        if (!same) fields += fmt::format("{}{}", fields.empty() ? "" : ",", field);
    };
    compare("name", before.name == after.name);
    compare("channel", before.channel == after.channel);
    compare("template_type", before.template_type == after.template_type);
    compare("subject", before.subject == after.subject);
    compare("body", before.body == after.body);
    compare("style", before.style == after.style);
    compare("sender", before.sender == after.sender);
    compare("variables", before.variables == after.variables);
    compare("track_event", before.track_event == after.track_event);
    compare("metadata", before.metadata == after.metadata);
    compare("created_by", before.created_by == after.created_by);
    compare("time_zone", before.time_zone == after.time_zone);
    compare("expires_at", before.expires_at == after.expires_at);
    compare("create_missing_contacts", before.create_missing_contacts == after.create_missing_contacts);
    compare("max_per_minute", before.max_per_minute == after.max_per_minute);
    return {"campaign_edited", audit_resource(before.id), {{"fields", fields}}};
}

AuditRecord campaign_paced(const Campaign& before, std::optional<std::int64_t> max_per_minute) {
    AuditRecord record{"campaign_paced", audit_resource(before.id), {}};
    if (before.max_per_minute) record.details["max_per_minute_before"] = *before.max_per_minute;
    if (max_per_minute) record.details["max_per_minute_after"] = *max_per_minute;
    return record;
}

AuditRecord campaign_deleted(const Campaign& campaign) {
    return {"campaign_deleted",
            audit_resource(campaign.id),
            {{"name", campaign.name}, {"recipient_count", campaign.counts.audience()}}};
}

AuditRecord sender_confirmed(const CampaignId& id, std::int64_t admin_id) {
    return {"sender_confirmed", audit_resource(id), {{"admin_id", admin_id}}};
}

AuditRecord recipients_uploaded(const CampaignId& id, const UploadSummary& upload) {
    return {"recipients_uploaded",
            audit_resource(id),
            {{"lines", upload.lines},
             {"added", upload.added},
             {"duplicates", upload.duplicates},
             {"errors", upload.errors},
             {"outcome", upload.outcome}}};
}

AuditRecord upload_interrupted(const CampaignId& id, std::int64_t added, std::int64_t duplicates) {
    return {"recipients_uploaded",
            audit_resource(id),
            {{"added", added}, {"duplicates", duplicates}, {"outcome", std::string("process_ended")}}};
}

AuditRecord delivery_resolved(std::int64_t number, const CampaignId& campaign, Resolution outcome, DeliveryState before,
                              DeliveryState after) {
    return {"delivery_resolved",
            "delivery:" + number_id("dlv", number),
            {{"campaign_id", campaign.value},
             {"outcome", std::string(name(outcome))},
             {"state_before", std::string(name(before))},
             {"state_after", std::string(name(after))}}};
}

}  // namespace herald
