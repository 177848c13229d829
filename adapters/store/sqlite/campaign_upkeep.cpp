#include "adapters/store/sqlite/campaign_upkeep.hpp"

#include "adapters/store/sqlite/sweep.hpp"

namespace herald::sqlite {

Task<Result<bool>> SqliteCampaignUpkeep::sweep(WallTime now) {
    co_return co_await database_.write([now](Write& write) -> Result<bool> { return sqlite::sweep(write, now); });
}

}  // namespace herald::sqlite
