#pragma once
// Between rows of runs and domain values, and the ways to find them.

#include <optional>
#include <string>
#include <vector>

#include "adapters/store/sqlite/connection.hpp"
#include "domain/ports/automation_store.hpp"

namespace herald::sqlite {

Error no_such_run();

std::optional<Run> find_run(Connection& connection, const WorkspaceId& workspace, std::int64_t number);
std::vector<Run> run_page(Connection& connection, const WorkspaceId& workspace, std::int64_t automation,
                          const RunQuery& query);
// Those that are under way, oldest first.
std::vector<Run> active_runs_of(Connection& connection, const WorkspaceId& workspace, const ContactId& contact);
std::vector<TraceEntry> trace_of(Connection& connection, std::int64_t run);

DueRuns due_runs(Connection& connection, const WorkspaceId& workspace, WallTime now, std::size_t limit,
                 const std::vector<std::int64_t>& held);

}  // namespace herald::sqlite
