#include "domain/campaign/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace herald {

CampaignScheduler::CampaignScheduler(CampaignStore& campaigns, CampaignUpkeep& upkeep, Clock& clock,
                                     WorkspaceId workspace, SchedulerOptions options, SchedulerEvents events)
    : campaigns_(campaigns),
      upkeep_(upkeep),
      clock_(clock),
      workspace_(std::move(workspace)),
      options_(options),
      events_(std::move(events)),
      wake_(clock.make_alarm()) {}

Task<void> CampaignScheduler::run() {
    while (!stopping_) {
        const auto again = co_await apply_due();
        if (!stopping_) co_await wake_->wait_until(again);
    }
}

void CampaignScheduler::stop() {
    stopping_ = true;
    wake_->ring();
}

// Everything that is due; returns when to look again.
Task<SteadyTime> CampaignScheduler::apply_due() {
    auto again = clock_.now() + options_.poll;
    const auto timed = co_await upkeep_.timed(workspace_, clock_.wall_now() + options_.poll, options_.batch);
    if (!timed) {
        events_.trouble("schedule", timed.error());
        co_return again;
    }
    for (const auto& campaign : *timed) {
        if (stopping_) break;
        const auto now = clock_.wall_now();
        if (const auto event = due_event(campaign, now, options_.grace)) {
            co_await apply(campaign, *event, now);
            // With more than a batch at once, the next one need not wait.
            if (timed->size() == options_.batch) again = clock_.now() + milliseconds(1);
        } else if (const auto moment = next_moment(campaign)) {
            again = std::min(again, clock_.now() + (*moment - now));
        }
    }
    co_return again;
}

Task<void> CampaignScheduler::apply(const Timed& campaign, CampaignEvent event, WallTime now) {
    const auto changed =
        co_await campaigns_.change(machine(workspace_), campaign.id, event, PauseReason::late, now, {});
    if (changed) {
        events_.happened(campaign.id, event);
    } else if (changed.error().code == Errc::store_unavailable) {
        events_.trouble("schedule", changed.error());
    }
    // Otherwise somebody cancelled it, or chose another time, first.
}

}  // namespace herald
