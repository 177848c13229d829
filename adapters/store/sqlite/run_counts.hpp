#pragma once
// How many runs an automation has by state, and how many a version has under way; kept in the transaction of each
// change.

#include <cstdint>
#include <optional>

#include "adapters/store/sqlite/connection.hpp"
#include "domain/automation/automation.hpp"

namespace herald::sqlite {

// From nowhere when it begins.
void move_run(Connection& connection, std::int64_t automation, std::int64_t version, std::optional<RunState> from,
              RunState to);

// Of the automations of the workspace together.
RunCounts run_counts(Connection& connection, const WorkspaceId& workspace);

// Runs whose process ended between an intent and its outcome.
std::int64_t lost_steps(Connection& connection);

// Makes the counts of all automations what their rows say. Returns of how many they were wrong.
std::int64_t check_run_counts(Connection& connection);

}  // namespace herald::sqlite
