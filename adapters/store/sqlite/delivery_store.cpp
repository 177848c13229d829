#include "adapters/store/sqlite/delivery_store.hpp"

#include "adapters/store/sqlite/claim.hpp"
#include "adapters/store/sqlite/events.hpp"
#include "adapters/store/sqlite/plan.hpp"
#include "adapters/store/sqlite/settle.hpp"

namespace herald::sqlite {

Task<Result<std::vector<ClaimedDelivery>>> SqliteDeliveryStore::claim(WorkspaceId workspace, std::size_t limit,
                                                                      Holdings held, WallTime now) {
    co_return co_await group_.write([&](Write& write) {
        auto claimed = claim_deliveries(write, workspace, limit, held, now, last_served_[workspace]);
        if (!claimed.empty()) guard_.claimed(write);
        return claimed;
    });
}

Task<Result<std::vector<Claim>>> SqliteDeliveryStore::plan(std::vector<PlannedDelivery> plans, WallTime now) {
    if (plans.empty()) co_return std::vector<Claim>{};
    co_return co_await group_.write([&](Write& write) { return apply_plans(write, plans, now); });
}

Task<Result<bool>> SqliteDeliveryStore::intend(Claim claim, WallTime now) {
    co_return co_await group_.submit([claim, now](Write& write) { return apply_intent(write, claim, now); });
}

Task<Result<bool>> SqliteDeliveryStore::settle(Settlement settlement) {
    co_return co_await group_.submit([this, settlement = std::move(settlement)](Write& write) {
        if (!apply_settlement(write, settlement)) return false;
        guard_.settled(write);
        return true;
    });
}

Task<Result<void>> SqliteDeliveryStore::release(std::vector<Claim> claims) {
    if (claims.empty()) co_return Result<void>{};
    co_return co_await database_.ask_writer([&](Connection&) -> Result<void> {
        for (const auto& claim : claims) database_.claims().take(claim);
        return {};
    });
}

Task<Result<std::vector<PendingEvent>>> SqliteDeliveryStore::claim_events(WorkspaceId workspace, std::size_t limit,
                                                                          WallTime now) {
    // Among the writes, so that an event settled before is seen as settled; what is handed out is remembered
    // in memory only, because after a crash it may be sent again.
    co_return co_await database_.ask_writer([&](Connection& connection) -> Result<std::vector<PendingEvent>> {
        return due_events(connection, workspace, limit, now, events_out_);
    });
}

Task<Result<void>> SqliteDeliveryStore::settle_events(std::vector<EventSettlement> settlements) {
    if (settlements.empty()) co_return Result<void>{};
    co_return co_await database_.write([&](Write& write) -> Result<void> {
        for (const auto& settlement : settlements) {
            apply_event_settlement(write, settlement);
            write.after_commit([this, number = settlement.number] { events_out_.erase(number); });
        }
        return {};
    });
}

Task<Result<bool>> SqliteDeliveryStore::has_work(WorkspaceId workspace) {
    co_return co_await database_.read(
        [&](Connection& connection) -> Result<bool> { return open_rows(connection, workspace); });
}

Result<Recovery> SqliteDeliveryStore::recover(WallTime now) {
    return database_.write_now(
        [this, now](Write& write) -> Result<Recovery> { return sqlite::recover(write, now, guard_); });
}

}  // namespace herald::sqlite
