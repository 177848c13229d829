#pragma once
// The transactions that change campaigns.

#include <string>
#include <vector>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/campaign_store.hpp"

namespace herald::sqlite {

Error no_such_campaign();

Result<Written> create_campaign(Write& write, const Caller& caller, Campaign& campaign,
                                const std::vector<Recipient>& audience, bool launch, const std::string& body_hash,
                                const Idempotency& idempotency);
Result<Written> change_campaign(Write& write, const Caller& caller, const CampaignId& id, CampaignEvent event,
                                PauseReason reason, WallTime now, const Idempotency& idempotency);
Result<Written> retry_campaign(Write& write, const Caller& caller, const CampaignId& id,
                               const std::vector<DeliveryState>& states, WallTime now, const Idempotency& idempotency);
Result<void> verify_sender(Write& write, const CampaignId& id, std::int64_t admin_id);

}  // namespace herald::sqlite
