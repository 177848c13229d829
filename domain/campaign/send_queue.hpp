#pragma once
// Rows that are ready to be sent. Campaigns take turns, a message each; one that has a pace is passed over until its
// next message is due, so that it holds up nobody. Pure.

#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "domain/campaign/campaign.hpp"
#include "domain/campaign/pacer.hpp"
#include "domain/campaign/reject_guard.hpp"
#include "domain/content/message_content.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald {

// What a campaign's rows need, loaded when its first row is claimed.
struct ActiveCampaign {
    Campaign campaign;
    MessageContent content;
    RejectGuard rejections;
    bool sender_confirmed{};
};

struct ReadyDelivery {
    ClaimedDelivery delivery;
    std::shared_ptr<ActiveCampaign> active;
    Contact contact;
};

class SendQueue {
 public:
    // A row was claimed and is being planned: it counts as held until planned() or push().
    void claimed(const ClaimedDelivery& row);
    // The row will not be sent now: skipped, deferred or given back.
    void planned(const CampaignId& campaign);
    // The row, claimed before, is ready.
    void push(ReadyDelivery row);

    // The row whose turn it is among those that may go now.
    std::optional<ReadyDelivery> pop(SteadyTime now);
    // When pop() has a row at the earliest; max() when none is ready.
    SteadyTime due(SteadyTime now) const;

    // Changes the pace of a campaign that has rows here. Those that are now too many to keep leave, the last first.
    std::vector<Claim> pace(const CampaignId& campaign, std::optional<std::int64_t> max_per_minute);
    // Messages of the campaign went out before its rows came here.
    void sent_before(const CampaignId& campaign, SteadyTime now);

    // Forgets the ready rows of one campaign, or takes out all. A pace goes on where it stands.
    void drop(const CampaignId& campaign);
    std::vector<Claim> take_all();
    // Forgets campaigns without rows, except those whose pace must be remembered.
    void tidy(SteadyTime now);

    bool knows(const CampaignId& campaign) const { return by_id_.contains(campaign); }
    std::size_t held() const { return ready_ + planning_; }
    std::size_t planning() const { return planning_; }
    // Rows held by campaign, for the store to give to those who hold the fewest.
    Holdings holdings() const;

 private:
    struct Line {
        CampaignId campaign;
        std::deque<ReadyDelivery> ready{};
        std::size_t planning{};
        Pacer pacer{};
    };
    using Lines = std::list<Line>;

    Line& line_of(const CampaignId& campaign);

    Lines lines_;  // who was served last stands last
    std::map<CampaignId, Lines::iterator> by_id_;
    std::size_t ready_{};
    std::size_t planning_{};
};

}  // namespace herald
