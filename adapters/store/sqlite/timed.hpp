#pragma once
// Campaigns that wait for a moment.

#include <vector>

#include "adapters/store/sqlite/connection.hpp"
#include "domain/campaign/schedule.hpp"

namespace herald::sqlite {

// Those with a start or an expiry by `until`, as far as there is something left to do about it.
std::vector<Timed> timed_campaigns(Connection& connection, const WorkspaceId& workspace, WallTime until,
                                   std::size_t limit);

}  // namespace herald::sqlite
