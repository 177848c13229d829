#include "domain/campaign/sweeper.hpp"

namespace herald {
namespace {

constexpr milliseconds poll{1'000};  // the guarantee behind the hints

}  // namespace

// Other writes get their turn between two slices: each is asked for when the one before is durable.
Task<void> CampaignSweeper::run() {
    while (!stopping_) {
        const auto more = co_await upkeep_.sweep(clock_.wall_now());
        if (!more) trouble_("sweep", more.error());
        if (more && *more) continue;
        if (!stopping_) co_await wake_->wait_until(clock_.now() + poll);
    }
}

}  // namespace herald
