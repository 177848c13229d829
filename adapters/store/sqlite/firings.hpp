#pragma once
// Time-based automations come due: firings, and the people who enter through them. See RunStore.

#include <functional>
#include <optional>
#include <vector>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/automation_store.hpp"

namespace herald::sqlite {

using NextFire = std::function<std::optional<WallTime>(const Trigger&, WallTime)>;

std::int64_t fire_due(Write& write, const WorkspaceId& workspace, const Registry& registry, const NextFire& next,
                      milliseconds grace, WallTime now);
std::optional<WallTime> soonest_fire(Connection& connection, const WorkspaceId& workspace);
std::vector<Firing> open_firings(Connection& connection, const WorkspaceId& workspace, std::size_t limit);
bool count_firing(Write& write, const Firing& firing, WallTime now);
Result<std::optional<std::int64_t>> enter_page(Write& write, const FiringPage& page, const Registry& registry,
                                               const TimeZones& zones, WallTime now);

}  // namespace herald::sqlite
