#pragma once
// Events meet the automations: runs begin and runs under way notice. See RunStore::arrive.

#include <map>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/automation_store.hpp"

namespace herald::sqlite {

// The automations that are active at this moment, by their row.
std::map<AutomationId, std::int64_t> active_automations(Write& write, const WorkspaceId& workspace);

RunStore::Arrived arrive(Write& write, const WorkspaceId& workspace, const std::vector<Arrival>& arrivals,
                         const Registry& registry, WallTime now);

}  // namespace herald::sqlite
