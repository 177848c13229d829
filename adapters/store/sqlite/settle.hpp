#pragma once
// The two durable moments of an attempt: the promise before it and the outcome after it.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald::sqlite {

// To inflight, for a row that is held and planned, while the campaign runs and has not expired. Counts the attempt, so
// that one cut off by a crash counts.
bool apply_intent(Write& write, const Claim& claim, WallTime now);

// The outcome under its own claim, as domain/delivery/state.hpp allows it.
bool apply_settlement(Write& write, const Settlement& settlement);

}  // namespace herald::sqlite
