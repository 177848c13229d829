#include "adapters/observe/delivery_store.hpp"

#include "domain/delivery/state.hpp"

namespace herald::observe {

Task<Result<bool>> ObservedDeliveryStore::intend(Claim claim, WallTime now) {
    const auto asked = clock_.now();
    auto durable = co_await store_.intend(claim, now);
    if (durable) metrics_.intent_committed(clock_.now() - asked);
    co_return durable;
}

// What is withdrawn waits again: it has not ended.
Task<Result<bool>> ObservedDeliveryStore::settle(Settlement settlement) {
    const auto state = next_state(DeliveryState::inflight, settlement.event);
    auto stored = co_await store_.settle(std::move(settlement));
    if (stored && *stored && state && is_terminal(*state)) metrics_.delivery_ended(*state);
    co_return stored;
}

}  // namespace herald::observe
