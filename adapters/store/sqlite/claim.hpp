#pragma once
// Which rows come next.

#include <cstdint>
#include <vector>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald::sqlite {

// Holds up to `limit` rows (write.claims()), in turns between the running campaigns of the workspace. `last_served` is
// where the turn stands: it matters when there are more campaigns than rows to give.
std::vector<ClaimedDelivery> claim_deliveries(Write& write, const WorkspaceId& workspace, std::size_t limit,
                                              const Holdings& held, WallTime now, std::int64_t& last_served);

bool open_rows(Connection& connection, const WorkspaceId& workspace);

}  // namespace herald::sqlite
