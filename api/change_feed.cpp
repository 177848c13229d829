#include "api/change_feed.hpp"

namespace herald::api {

ChangeFeed::Subscription::Subscription(ChangeFeed& feed, const CampaignId& campaign)
    : feed_(&feed), alarm_(feed.clock_.make_alarm()), place_(feed.watchers_.emplace(campaign, alarm_.get())) {}

ChangeFeed::Subscription::~Subscription() {
    if (alarm_) feed_->watchers_.erase(place_);  // a moved-from subscription has no alarm
}

Task<bool> ChangeFeed::Subscription::wait_until(SteadyTime time) {
    if (feed_->closed_) co_return true;
    co_return co_await alarm_->wait_until(time);
}

std::optional<ChangeFeed::Subscription> ChangeFeed::subscribe(const CampaignId& campaign) {
    if (closed_ || watchers_.size() >= max_) return {};
    return Subscription(*this, campaign);
}

void ChangeFeed::notify(const CampaignId& campaign) {
    if (const auto listener = listener_.lock()) listener->changed(campaign);
    const auto [first, last] = watchers_.equal_range(campaign);
    for (auto it = first; it != last; ++it) it->second->ring();
}

void ChangeFeed::close() {
    closed_ = true;
    for (const auto& [campaign, alarm] : watchers_) alarm->ring();
}

}  // namespace herald::api
