#include "domain/campaign/schedule.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace herald {

std::optional<CampaignEvent> due_event(const Timed& campaign, WallTime now, milliseconds grace) {
    if (campaign.expires_at && now >= *campaign.expires_at) return CampaignEvent::expire;
    if (campaign.state != CampaignState::scheduled || !campaign.scheduled_at || now < *campaign.scheduled_at) return {};
    return now - *campaign.scheduled_at > grace ? CampaignEvent::hold : CampaignEvent::start;
}

std::optional<WallTime> next_moment(const Timed& campaign) {
    const auto start = campaign.state == CampaignState::scheduled ? campaign.scheduled_at : std::nullopt;
    if (!start || !campaign.expires_at) return start ? start : campaign.expires_at;
    return std::min(*start, *campaign.expires_at);
}

bool has_expired(const Campaign& campaign, WallTime now) {
    return campaign.expires_at && now >= *campaign.expires_at;
}

Result<void> is_due(const Campaign& campaign, CampaignEvent event, WallTime now) {
    const bool due = event == CampaignEvent::expire ? has_expired(campaign, now)
                                                    : campaign.scheduled_at && now >= *campaign.scheduled_at;
    if (due) return {};
    return Error{Errc::conflict,
                 fmt::format("the campaign is {}: it is too early for {}", name(campaign.state), name(event))};
}

Result<void> may_start(const Campaign& campaign, const LaunchTerms& terms, WallTime now) {
    const auto expiry = terms.expires_at ? terms.expires_at : campaign.expires_at;
    const auto start = terms.at.value_or(now);
    if (!expiry || *expiry > start) return {};
    return Error{Errc::conflict,
                 fmt::format("the campaign expires at {}: launch is possible before that, or with another expires_at",
                             to_rfc3339(*expiry))};
}

Result<void> may_send_again(const Campaign& campaign, WallTime now) {
    if (!has_expired(campaign, now)) return {};
    return Error{Errc::conflict,
                 fmt::format("the campaign expired at {}: retry is not possible", to_rfc3339(*campaign.expires_at))};
}

}  // namespace herald
