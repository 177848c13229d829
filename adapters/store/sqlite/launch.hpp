#pragma once
// The transaction that launches a campaign, now or for later.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/campaign_store.hpp"

namespace herald::sqlite {

Result<Written> launch_campaign(Write& write, const Caller& caller, const CampaignId& id, const LaunchTerms& terms,
                                WallTime now, const Idempotency& idempotency);

}  // namespace herald::sqlite
