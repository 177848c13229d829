#pragma once
// What is left to do with campaigns after the write that decided it.

#include "domain/core/result.hpp"
#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald {

class CampaignUpkeep {
 public:
    virtual ~CampaignUpkeep() = default;

    // The rows of a campaign that was cancelled or deleted follow in slices, so that a million of them never hold
    // the store for long: one slice, one transaction. True: there may be more. Errors: store_unavailable.
    virtual Task<Result<bool>> sweep(WallTime now) = 0;
};

}  // namespace herald
