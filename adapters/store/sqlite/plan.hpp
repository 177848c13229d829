#pragma once
// What planning decided, written down.

#include <vector>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald::sqlite {

// Returns the claims that may be intended. A person who already has a row in the campaign, or one in hand, is skipped
// as a duplicate under every plan.
std::vector<Claim> apply_plans(Write& write, const std::vector<PlannedDelivery>& plans, WallTime now);

}  // namespace herald::sqlite
