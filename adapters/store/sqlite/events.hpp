#pragma once
// The events that follow accepted emails. They wait for nobody and nobody waits for them.

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald::sqlite {

// The event that follows an accepted email, about a send at `at`.
void record_event(Write& write, std::int64_t delivery, std::int64_t campaign, WallTime at);

// Due events of the workspace that are not in `out`; adds them to it.
std::vector<PendingEvent> due_events(Connection& connection, const WorkspaceId& workspace, std::size_t limit,
                                     WallTime now, std::unordered_set<std::int64_t>& out);

void apply_event_settlement(Write& write, const EventSettlement& settlement);

}  // namespace herald::sqlite
