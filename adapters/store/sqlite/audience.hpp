#pragma once
// The rows of an audience, from its creation and from uploads.

#include <cstdint>
#include <vector>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/campaign_store.hpp"

namespace herald::sqlite {

// The audience that a campaign is created with. Every recipient gets a row; one whose reference stands there
// already is marked as repeated, and skipped as a duplicate when its turn comes.
void insert_audience(Write& write, std::int64_t campaign, const WorkspaceId& workspace,
                     const std::vector<Recipient>& audience);

// A batch of an upload: a reference that stands there already gets no row.
Result<Appended> append_audience(Write& write, const Caller& caller, const CampaignId& id,
                                 const std::vector<Recipient>& batch);

// Adds those whose reference does not stand there yet, behind the others, and counts them: how many.
std::int64_t append_rows(Write& write, std::int64_t campaign, const WorkspaceId& workspace,
                         const std::vector<Recipient>& batch);

}  // namespace herald::sqlite
