#pragma once
// Events at the door: each id once, until its arrival is done and its report is made; then it is remembered for a
// while.

#include <optional>
#include <string>
#include <vector>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/automation_store.hpp"

namespace herald::sqlite {

// False: its id is known, and nothing was stored. `matters`: it waits for its arrival. What nobody waits for, reports
// or can send again is not stored either, and true.
bool insert_event(Write& write, const WorkspaceId& workspace, const IncomingEvent& event, bool matters, WallTime now);

bool is_known(Connection& connection, const WorkspaceId& workspace, const std::string& id);
std::optional<EventRecord> find_event(Connection& connection, const WorkspaceId& workspace, const std::string& id);

std::vector<PendingArrival> pending_arrivals(Connection& connection, const WorkspaceId& workspace, std::int64_t after,
                                             std::size_t limit);
bool is_pending(Write& write, const WorkspaceId& workspace, std::int64_t number);
// `outcome`: what it did, JSON.
void finish_arrival(Write& write, std::int64_t number, const ContactId& contact, const std::string& outcome);

// As RunStore::awaited, at most so many.
std::vector<PendingArrival> awaited_events(Connection& connection, const Run& run, WallTime since, std::int64_t behind,
                                           std::size_t limit);

std::vector<PendingReport> due_reports(Connection& connection, const WorkspaceId& workspace, std::size_t limit,
                                       WallTime now);
void settle_report(Write& write, const ReportSettlement& settlement);

}  // namespace herald::sqlite
