#pragma once
// Starts and ends the campaigns of one workspace when their time comes. The due times are rows: what a crash
// interrupts goes on at the next start, and what came too late is held instead of being sent late.

#include <functional>
#include <memory>
#include <string_view>

#include "domain/campaign/schedule.hpp"
#include "domain/ports/campaign_store.hpp"
#include "domain/ports/campaign_upkeep.hpp"

namespace herald {

struct SchedulerOptions {
    milliseconds poll{1'000};                      // the guarantee; whatever is due in between is known before
    milliseconds grace{std::chrono::minutes{15}};  // a start later than this is held (PauseReason::late)
    std::size_t batch{64};
};

struct SchedulerEvents {
    std::function<void(const CampaignId&, CampaignEvent)> happened;  // start, hold or expire
    std::function<void(std::string_view where, const Error&)> trouble;
};

class CampaignScheduler {
 public:
    // `campaigns` hears of every change, as it would of a caller's.
    CampaignScheduler(CampaignStore& campaigns, CampaignUpkeep& upkeep, Clock& clock, WorkspaceId workspace,
                      SchedulerOptions options, SchedulerEvents events);

    Task<void> run();  // until stop(). Spawn it once.
    void stop();

 private:
    Task<SteadyTime> apply_due();
    Task<void> apply(const Timed& campaign, CampaignEvent event, WallTime now);

    CampaignStore& campaigns_;
    CampaignUpkeep& upkeep_;
    Clock& clock_;
    WorkspaceId workspace_;
    SchedulerOptions options_;
    SchedulerEvents events_;
    std::unique_ptr<Alarm> wake_;
    bool stopping_{};
};

}  // namespace herald
