#include "api/campaign_view.hpp"

#include <fmt/format.h>

#include "api/digest.hpp"
#include "api/json/encode.hpp"

namespace herald::api {
namespace {

IntercomIntegrationView integration_view(const Campaign& campaign) {
    const auto& counts = campaign.counts;
    IntercomIntegrationView out;
    out.enabled = true;
    out.successful = counts[DeliveryState::accepted];
    out.failed = counts.losses();
    out.messages_sent = out.successful + out.failed;
    out.results_url = campaign_path(campaign.id) + "/recipients";
    return out;
}

}  // namespace

std::optional<std::string> unless_empty(const std::string& text) {
    if (text.empty()) return {};
    return text;
}

std::string campaign_path(const CampaignId& id) {
    return "/v1/campaigns/" + id.value;
}

ContactView contact_view(const ContactRef& ref) {
    ContactView out;
    switch (ref.kind) {
        case ContactRef::Kind::id:
            out.id = ref.value;
            break;
        case ContactRef::Kind::external_id:
            out.external_id = ref.value;
            break;
        case ContactRef::Kind::email:
            out.email = ref.value;
            break;
        case ContactRef::Kind::erased:
            out.erased = true;
            break;
    }
    return out;
}

CountsView counts_view(const DeliveryCounts& counts) {
    return {.queued = counts[DeliveryState::queued],
            .inflight = counts[DeliveryState::inflight],
            .accepted = counts[DeliveryState::accepted],
            .rejected = counts[DeliveryState::rejected],
            .unknown = counts[DeliveryState::unknown],
            .deferred = counts[DeliveryState::deferred],
            .skipped = counts[DeliveryState::skipped],
            .expired = counts[DeliveryState::expired],
            .cancelled = counts[DeliveryState::cancelled]};
}

std::optional<std::vector<AudienceSourceView>> sources_view(const std::vector<AudienceSource>& sources) {
    if (sources.empty()) return {};
    std::vector<AudienceSourceView> out;
    for (const auto& source : sources) {
        AudienceSourceView view;
        view.state = source.state;
        view.found = source.found;
        view.added = source.added;
        if (const auto* segment = std::get_if<SegmentId>(&source.query)) {
            view.segment_id = segment->value;
        } else {
            view.kind = SourceKind::filter;
            view.filter = FilterView{std::get<Filter>(source.query)};
        }
        view.reason = unless_empty(source.reason);
        out.push_back(std::move(view));
    }
    return out;
}

EventsView events_view(const EventCounts& events) {
    return {events.queued, events.tracked, events.failed};
}

WaitingView waiting_view(const Campaign& campaign, const Waiting& waiting) {
    if (campaign.state == CampaignState::scheduled) return {WaitReason::schedule, campaign.scheduled_at};
    if (campaign.state != CampaignState::running) return {};
    return {waiting.reason, waiting.until};
}

CampaignView listed_campaign_view(const Campaign& campaign, const Waiting& waiting) {
    CampaignView out;
    out.id = campaign.id.value;
    out.workspace = campaign.workspace.value;
    out.name = campaign.name;
    out.channel = campaign.channel;
    out.template_type = TemplateType::of(campaign.template_type);
    out.subject = campaign.subject;
    if (campaign.channel == Channel::email) out.style = campaign.style;
    out.sender = {campaign.sender.admin_id, campaign.sender.email, campaign.sender.verified};
    out.track_event = campaign.track_event;
    out.create_missing_contacts = campaign.create_missing_contacts;
    out.max_per_minute.value = campaign.max_per_minute;
    out.client_ref = campaign.client_ref;
    out.metadata = campaign.metadata;
    out.created_by = campaign.created_by;
    out.state = campaign.state;
    out.pause_reason = campaign.paused_for;
    if (campaign.state == CampaignState::running || campaign.state == CampaignState::scheduled)
        out.waiting = waiting_view(campaign, waiting);
    out.created_at = campaign.created_at;
    out.scheduled_at = campaign.scheduled_at;
    out.time_zone = campaign.time_zone;
    out.expires_at = campaign.expires_at;
    out.launched_at = campaign.launched_at;
    out.finished_at = campaign.finished_at;
    out.audience_size = campaign.counts.audience();
    out.audience_sources = sources_view(campaign.sources);
    out.counts = counts_view(campaign.counts);
    out.events = events_view(campaign.events);
    out.intercom_integration = integration_view(campaign);
    return out;
}

CampaignView campaign_view(const Campaign& campaign, const Waiting& waiting) {
    auto out = listed_campaign_view(campaign, waiting);
    (campaign.body.format == Body::Format::html ? out.body_html : out.body_text) = campaign.body.content;
    out.variables = campaign.variables;
    return out;
}

SendResultView send_result_view(const DeliveryRecord& record) {
    return {.contact = contact_view(record.ref),
            .success = record.state == DeliveryState::accepted,
            .message_id = unless_empty(record.message_id),
            .reason = unless_empty(record.reason)};
}

RecipientView recipient_view(const DeliveryRecord& record) {
    RecipientView out;
    out.id = number_id("dlv", record.number);
    out.contact = contact_view(record.ref);
    out.state = record.state;
    out.reason = unless_empty(record.reason);
    out.detail = unless_empty(record.detail);
    if (record.contact) out.intercom_contact_id = record.contact->value;
    out.attempts = record.attempts;
    out.message_id = unless_empty(record.message_id);
    out.request_id = unless_empty(record.request_id);
    out.not_before = record.not_before;
    out.updated_at = record.updated_at;
    return out;
}

std::string etag_of(CampaignView view) {
    view.intercom_integration.results.reset();
    return fmt::format("\"{}\"", Sha256().add(to_json(view)).hex().substr(0, 32));
}

Response json_response(int status, std::string body) {
    return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body), .stream = {}};
}

Response campaign_response(int status, const CampaignView& view) {
    auto response = json_response(status, to_json(view));
    response.headers.set("ETag", etag_of(view));
    return response;
}

}  // namespace herald::api
