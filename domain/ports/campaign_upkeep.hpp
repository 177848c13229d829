#pragma once
// What is left to do with campaigns after the write that decided it.

#include <cstddef>
#include <vector>

#include "domain/campaign/schedule.hpp"
#include "domain/core/result.hpp"
#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald {

class CampaignUpkeep {
 public:
    virtual ~CampaignUpkeep() = default;

    // The campaigns of the workspace for which there is something to do by `until`: starts and expiries. At most
    // `limit`, in no order. Errors: store_unavailable.
    virtual Task<Result<std::vector<Timed>>> timed(WorkspaceId workspace, WallTime until, std::size_t limit) = 0;

    // The rows of a campaign that was retried, cancelled, has expired or was deleted follow in slices, so that a
    // million of them never hold the store for long: one slice, one transaction. True: there may be more. Errors:
    // store_unavailable.
    virtual Task<Result<bool>> sweep(WallTime now) = 0;
};

}  // namespace herald
