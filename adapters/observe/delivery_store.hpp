#pragma once
// The delivery store with its promises measured: how long an intent takes to be durable, and how sends end.

#include <utility>

#include "adapters/observe/metrics.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald::observe {

class ObservedDeliveryStore final : public DeliveryStore {
 public:
    ObservedDeliveryStore(DeliveryStore& store, Clock& clock, Metrics& metrics)
        : store_(store), clock_(clock), metrics_(metrics) {}

    Task<Result<bool>> intend(Claim claim, WallTime now) override;
    Task<Result<bool>> settle(Settlement settlement) override;

    Task<Result<std::vector<ClaimedDelivery>>> claim(WorkspaceId workspace, std::size_t limit, Holdings held,
                                                     WallTime now) override {
        return store_.claim(std::move(workspace), limit, std::move(held), now);
    }
    Task<Result<std::vector<Claim>>> plan(std::vector<PlannedDelivery> plans, WallTime now) override {
        return store_.plan(std::move(plans), now);
    }
    Task<Result<void>> release(std::vector<Claim> claims) override { return store_.release(std::move(claims)); }
    Task<Result<std::vector<PendingEvent>>> claim_events(WorkspaceId workspace, std::size_t limit,
                                                         WallTime now) override {
        return store_.claim_events(std::move(workspace), limit, now);
    }
    Task<Result<void>> settle_events(std::vector<EventSettlement> settlements) override {
        return store_.settle_events(std::move(settlements));
    }
    Task<Result<bool>> has_work(WorkspaceId workspace) override { return store_.has_work(std::move(workspace)); }

 private:
    DeliveryStore& store_;
    Clock& clock_;
    Metrics& metrics_;
};

}  // namespace herald::observe
