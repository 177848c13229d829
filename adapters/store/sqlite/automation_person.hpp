#pragma once
// What automations hold about one person. See personal_data.hpp.

#include <optional>
#include <vector>

#include "adapters/store/sqlite/database.hpp"
#include "adapters/store/sqlite/person.hpp"
#include "domain/ports/personal_data.hpp"

namespace herald::sqlite {

std::vector<std::int64_t> find_runs(Connection& connection, const WorkspaceId& workspace, const Person& person);

enum class RunObstacle : std::uint8_t {
    none,
    on_the_wire,  // a step of a run
    loading,      // the firing that began a run still loads its audience
};
RunObstacle obstacle_of(Write& write, const std::vector<std::int64_t>& runs);

// Runs, their traces, events, histories and values. What is under way is cancelled.
void erase_from_automations(Write& write, const WorkspaceId& workspace, const Person& person,
                            const std::vector<std::int64_t>& runs, WallTime now, Erased& erased);

}  // namespace herald::sqlite
