#pragma once
// The delivery protocol on SQLite. Each step is one function of its own file: claim, plan, settle, events.

#include <cstdint>
#include <map>
#include <unordered_set>

#include "adapters/store/sqlite/group_commit.hpp"
#include "adapters/store/sqlite/recovery.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald::sqlite {

class SqliteDeliveryStore final : public DeliveryStore {
 public:
    SqliteDeliveryStore(Database& database, GroupCommit& group) : database_(database), group_(group) {}

    Task<Result<std::vector<ClaimedDelivery>>> claim(WorkspaceId workspace, std::size_t limit, Holdings held,
                                                     WallTime now) override;
    Task<Result<std::vector<Claim>>> plan(std::vector<PlannedDelivery> plans, WallTime now) override;
    Task<Result<bool>> intend(Claim claim, WallTime now) override;
    Task<Result<bool>> settle(Settlement settlement) override;
    Task<Result<void>> release(std::vector<Claim> claims) override;
    Task<Result<std::vector<PendingEvent>>> claim_events(WorkspaceId workspace, std::size_t limit,
                                                         WallTime now) override;
    Task<Result<void>> settle_events(std::vector<EventSettlement> settlements) override;
    Task<Result<bool>> has_work(WorkspaceId workspace) override;

    // Once, before anything else; blocks.
    Result<Recovery> recover(WallTime now);

 private:
    Database& database_;
    GroupCommit& group_;
    // The rest is touched on the writer's thread only.
    std::map<WorkspaceId, std::int64_t> last_served_;  // the campaign whose turn was last
    std::unordered_set<std::int64_t> events_out_;      // handed out and not settled
    CrashGuard guard_;
};

}  // namespace herald::sqlite
