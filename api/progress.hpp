#pragma once
// How far a campaign is, as one consistent picture.

#include "api/backend.hpp"
#include "api/views.hpp"

namespace herald::api {

Task<Result<ProgressView>> progress_of(Backend& backend, const Workspace& workspace, const CampaignId& id);

}  // namespace herald::api
