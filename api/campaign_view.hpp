#pragma once
// Domain values as clients see them.

#include <optional>
#include <string>
#include <vector>

#include "api/message.hpp"
#include "api/views.hpp"
#include "domain/ports/campaign_store.hpp"
#include "domain/ports/waiting.hpp"

namespace herald::api {

std::string campaign_path(const CampaignId& id);

ContactView contact_view(const ContactRef& ref);
CountsView counts_view(const DeliveryCounts& counts);
// Nothing when the whole audience was named.
std::optional<std::vector<AudienceSourceView>> sources_view(const std::vector<AudienceSource>& sources);
EventsView events_view(const EventCounts& events);
// A scheduled campaign waits for its time, a running one for what `waiting` says, and no other for anything.
WaitingView waiting_view(const Campaign& campaign, const Waiting& waiting);

// As views write what is empty here: not at all.
std::optional<std::string> unless_empty(const std::string& text);

// Everything but the results of single messages, which are not in the campaign.
CampaignView campaign_view(const Campaign& campaign, const Waiting& waiting);
// As it stands in a list: without the texts and variables, which can be large.
CampaignView listed_campaign_view(const Campaign& campaign, const Waiting& waiting);

SendResultView send_result_view(const DeliveryRecord& record);
RecipientView recipient_view(const DeliveryRecord& record);

// Names this representation. The results of single messages are left out of it: they change only with the counts.
std::string etag_of(CampaignView view);

// 2xx with the campaign and its ETag. Pure: also made on the store's thread.
Response campaign_response(int status, const CampaignView& view);
Response json_response(int status, std::string body);

}  // namespace herald::api
