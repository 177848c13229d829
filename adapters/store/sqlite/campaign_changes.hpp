#pragma once
// The transactions that change campaigns.

#include <set>
#include <string>
#include <vector>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/campaign_store.hpp"

namespace herald::sqlite {

Error no_such_campaign();
Error changed_meanwhile();
// The campaign as the transaction leaves it, kept as the answer for the next request with the same key.
Result<Written> answer(Write& write, const WorkspaceId& workspace, const CampaignId& id, const Idempotency& idempotency,
                       WallTime now);

Result<Written> create_campaign(Write& write, const Caller& caller, Campaign& campaign,
                                const std::vector<Recipient>& audience, bool launch, const std::string& body_hash,
                                const Idempotency& idempotency);
Result<Written> change_campaign(Write& write, const Caller& caller, const CampaignId& id, CampaignEvent event,
                                PauseReason reason, WallTime now, const Idempotency& idempotency);
Result<Written> pace_campaign(Write& write, const Caller& caller, const CampaignId& id,
                              std::optional<std::int64_t> max_per_minute, const Precondition& holds, WallTime now,
                              const Idempotency& idempotency);
Result<Written> retry_campaign(Write& write, const Caller& caller, const CampaignId& id,
                               const std::set<DeliveryState>& states, WallTime now, const Idempotency& idempotency);
Result<void> confirm_sender(Write& write, const Caller& caller, const CampaignId& id, std::int64_t admin_id,
                            WallTime now);

}  // namespace herald::sqlite
