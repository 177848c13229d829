#pragma once
// What one transaction does to the campaigns' counters, gathered row by row and written once per campaign.

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/store/sqlite/connection.hpp"
#include "domain/campaign/campaign.hpp"

namespace herald::sqlite {

using ReasonCounts = std::map<std::pair<DeliveryState, std::string>, std::int64_t>;

class Changes {
 public:
    struct Delta {
        DeliveryCounts deliveries;
        EventCounts events;
        ReasonCounts reasons;
    };

    void add(std::int64_t campaign, DeliveryState state, std::int64_t rows = 1);
    void move(std::int64_t campaign, DeliveryState from, DeliveryState to, std::int64_t rows = 1);
    void reason(std::int64_t campaign, DeliveryState state, const std::string& reason, std::int64_t rows);
    EventCounts& events(std::int64_t campaign) { return by_campaign_[campaign].events; }
    // The campaign itself changed, or may have become complete.
    void touch(std::int64_t campaign) { by_campaign_[campaign]; }
    // The moment a completion caused by this transaction is dated with: the latest one given.
    void happened(WallTime at) { at_ = std::max(at_, at); }

    // Writes the counters and completes every running or paused campaign without open rows, sources or retries, after
    // a count of its rows. Returns the campaigns concerned. May be called again after more changes.
    std::vector<CampaignId> apply(Connection& connection);

 private:
    std::map<std::int64_t, Delta> by_campaign_;
    WallTime at_{};
};

// The rows themselves, counted: the truth behind the counters.
DeliveryCounts count_rows(Connection& connection, std::int64_t campaign);
EventCounts count_events(Connection& connection, std::int64_t campaign);
ReasonCounts count_reasons(Connection& connection, std::int64_t campaign);

// Makes the counters of a campaign what its rows say.
struct Checked {
    DeliveryCounts rows;
    bool corrected{};
};
Checked check_counts(Connection& connection, std::int64_t campaign);

}  // namespace herald::sqlite
