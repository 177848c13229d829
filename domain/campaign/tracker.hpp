#pragma once
// The events that follow accepted emails (`email_campaign_received`): rows of their own with a fixed time,
// paced in the background lane, retried on their own, safe to repeat. Completion does not wait for them.

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "domain/campaign/campaign.hpp"
#include "domain/core/random.hpp"
#include "domain/core/scope.hpp"
#include "domain/ports/campaign_store.hpp"
#include "domain/ports/delivery_store.hpp"
#include "domain/ports/messenger.hpp"
#include "domain/ports/send_gate.hpp"

namespace herald {

inline constexpr std::string_view campaign_received_event = "email_campaign_received";

struct TrackerOptions {
    std::size_t batch{64};
    milliseconds poll{1'000};
};

struct TrackerPorts {
    CampaignStore& campaigns;
    DeliveryStore& deliveries;
    EventTracker& tracker;
    SendGate& gate;
    Clock& clock;
    Random& random;
};

// What became of one attempt to track. Pure; `chance` in [0, 1) jitters the wait of a retry.
EventSettlement settle_event(const PendingEvent& event, const Result<void>& outcome, WallTime now, double chance);

class EventTrackingLoop {
 public:
    EventTrackingLoop(boost::asio::any_io_executor loop, TrackerPorts ports, WorkspaceId workspace,
                      TrackerOptions options, std::function<void(std::string_view where, const Error&)> trouble,
                      std::function<void(std::exception_ptr)> on_bug);

    Task<void> run();  // until drain(). Spawn it once.
    void wake() { wake_->ring(); }
    void stop();
    Task<bool> drain(SteadyTime deadline);

 private:
    struct Named {
        CampaignId id;
        Scalars metadata;
    };

    Task<void> track_batch(std::vector<PendingEvent> batch);
    Task<void> track(PendingEvent event, Scalars metadata, Ticket ticket);
    Task<Scalars> metadata_of(CampaignId campaign);
    void finish(EventSettlement settlement);
    Task<void> flush();

    TrackerPorts ports_;
    WorkspaceId workspace_;
    TrackerOptions options_;
    std::function<void(std::string_view, const Error&)> trouble_;
    Scope attempts_;
    Scope flushes_;
    std::unique_ptr<Alarm> wake_;
    std::vector<EventSettlement> finished_;
    std::optional<Named> last_campaign_;
    bool flushing_{};
    bool stopping_{};
};

}  // namespace herald
