#pragma once
// The rows of an audience, from its creation and from uploads.

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/campaign_store.hpp"

namespace herald::sqlite {

// The audience that a campaign is created with. Every recipient gets a row; one whose reference stands there
// already is marked as repeated, and skipped as a duplicate when its turn comes.
void insert_audience(Write& write, std::int64_t campaign, const WorkspaceId& workspace,
                     const std::vector<Recipient>& audience);

// A batch of an upload: a reference that stands there already gets no row. Until end_upload or close_uploads it is
// remembered that the caller's upload has no audit entry yet.
Result<Appended> append_audience(Write& write, const Caller& caller, const CampaignId& id, const std::string& upload,
                                 const std::vector<Recipient>& batch);

// Adds those whose reference does not stand there yet, behind the others, and counts them: how many.
std::int64_t append_rows(Write& write, std::int64_t campaign, const WorkspaceId& workspace,
                         const std::vector<Recipient>& batch);

// Writes the audit entry of an upload. False: batches of it were lost with their transaction, and the entry says what
// was stored.
Result<bool> end_upload(Write& write, const Caller& caller, const CampaignId& id, const std::string& upload,
                        UploadSummary summary, WallTime now);
// At a start: writes those of the uploads that the last process left open.
void close_uploads(Write& write, WallTime now);

}  // namespace herald::sqlite
