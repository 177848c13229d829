#include "api/delivery_view.hpp"

#include <utility>

#include "api/campaign_view.hpp"

namespace herald::api {
DeliveryView delivery_view(const DeliveryDetails& details) {
    auto listed = recipient_view(details.record);
    DeliveryView out;
    out.id = std::move(listed.id);
    out.campaign_id = details.record.campaign.value;
    out.contact = std::move(listed.contact);
    out.state = listed.state;
    out.reason = std::move(listed.reason);
    out.detail = std::move(listed.detail);
    out.intercom_contact_id = std::move(listed.intercom_contact_id);
    out.message_id = std::move(listed.message_id);
    out.request_id = std::move(listed.request_id);
    out.not_before = listed.not_before;
    out.updated_at = listed.updated_at;
    for (const auto& attempt : details.attempts)
        out.attempts.push_back({attempt.at, attempt.outcome, unless_empty(attempt.reason), unless_empty(attempt.detail),
                                unless_empty(attempt.message_id), unless_empty(attempt.request_id)});
    out.attempts_total = details.attempts_total;
    for (const auto& resolution : details.resolutions)
        out.resolutions.push_back({resolution.at, resolution.outcome, resolution.actor, unless_empty(resolution.note)});
    return out;
}

}  // namespace herald::api
