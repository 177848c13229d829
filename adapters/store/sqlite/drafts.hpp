#pragma once
// The transactions that edit and delete drafts.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/campaign_store.hpp"

namespace herald::sqlite {

Result<Written> edit_draft(Write& write, const Caller& caller, const Campaign& edited, const Precondition& holds,
                           WallTime now, const Idempotency& idempotency);
Result<Written> remove_draft(Write& write, const Caller& caller, const CampaignId& id, const Precondition& holds,
                             WallTime now, const Idempotency& idempotency);

}  // namespace herald::sqlite
