#include "adapters/store/sqlite/campaign_upkeep.hpp"

#include "adapters/store/sqlite/contact_memory.hpp"
#include "adapters/store/sqlite/requeue.hpp"
#include "adapters/store/sqlite/sweep.hpp"
#include "adapters/store/sqlite/timed.hpp"

namespace herald::sqlite {

Task<Result<std::vector<Timed>>> SqliteCampaignUpkeep::timed(WorkspaceId workspace, WallTime until, std::size_t limit) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<Timed>> {
        return timed_campaigns(connection, workspace, until, limit);
    });
}

Task<Result<bool>> SqliteCampaignUpkeep::sweep(WallTime now) {
    // Those of a retry first: somebody waits for them to be sent.
    co_return co_await database_.write([now](Write& write) -> Result<bool> {
        return requeue_next(write, now) || sqlite::sweep(write, now) || forget_old_contacts(write, now);
    });
}

}  // namespace herald::sqlite
