#pragma once
// Tells those who watch a campaign that it may have changed. A hint, never the data: who is told reads again.

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "domain/core/id.hpp"
#include "domain/core/time.hpp"

namespace herald::api {

class ChangeFeed {
 public:
    explicit ChangeFeed(Clock& clock, std::size_t max_subscribers = 256) : clock_(clock), max_(max_subscribers) {}
    ChangeFeed(const ChangeFeed&) = delete;
    ChangeFeed& operator=(const ChangeFeed&) = delete;

    // One watcher of one campaign; ends with the object. The feed must outlive it.
    class Subscription {
     public:
        Subscription(Subscription&& other) noexcept = default;
        Subscription& operator=(Subscription&&) = delete;
        ~Subscription();

        // True when told of a change since the last wait, or when the feed was closed; false when `time` came first.
        Task<bool> wait_until(SteadyTime time);

     private:
        friend class ChangeFeed;
        Subscription(ChangeFeed& feed, const CampaignId& campaign);

        ChangeFeed* feed_;
        std::unique_ptr<Alarm> alarm_;
        std::multimap<CampaignId, Alarm*>::iterator place_;
    };

    // nullopt: there are as many subscribers as allowed.
    std::optional<Subscription> subscribe(const CampaignId& campaign);

    // Is told of every change as long as it lives. One at a time: the latest.
    class Listener {
     public:
        virtual ~Listener() = default;
        virtual void changed(const CampaignId& campaign) = 0;
    };
    void listen(std::weak_ptr<Listener> listener) { listener_ = std::move(listener); }

    // On the event loop, after a commit that changed the campaign or its counts, and before whoever asked for it hears
    // of it. Cheap when nobody watches.
    void notify(const CampaignId& campaign);

    // For shutdown: ends every stream at once and refuses new ones.
    void close();
    bool closed() const { return closed_; }
    std::size_t subscribers() const { return watchers_.size(); }

 private:
    Clock& clock_;
    std::size_t max_;
    bool closed_{};
    std::multimap<CampaignId, Alarm*> watchers_;
    std::weak_ptr<Listener> listener_;
};

}  // namespace herald::api
