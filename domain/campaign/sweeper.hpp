#pragma once
// Brings the rows of ended and deleted campaigns to their end, and queues those of a retry, slice by slice, whoever
// asked for it and whenever: what a crash interrupts goes on at the next start. One for all workspaces.

#include <functional>
#include <memory>
#include <string_view>

#include "domain/ports/campaign_upkeep.hpp"

namespace herald {

class CampaignSweeper {
 public:
    CampaignSweeper(CampaignUpkeep& upkeep, Clock& clock,
                    std::function<void(std::string_view where, const Error&)> trouble)
        : upkeep_(upkeep), clock_(clock), trouble_(std::move(trouble)), wake_(clock.make_alarm()) {}

    Task<void> run();  // until stop(). Spawn it once.
    void wake() { wake_->ring(); }
    // Ends after the slice that is being written.
    void stop() {
        stopping_ = true;
        wake_->ring();
    }

 private:
    CampaignUpkeep& upkeep_;
    Clock& clock_;
    std::function<void(std::string_view, const Error&)> trouble_;
    std::unique_ptr<Alarm> wake_;
    bool stopping_{};
};

}  // namespace herald
