#pragma once
// The audit chains in the database: appended to in the transaction of each change, read in pages, checked in slices.

#include <vector>

#include "adapters/store/sqlite/connection.hpp"
#include "domain/audit/chain.hpp"
#include "domain/ports/audit_log.hpp"
#include "domain/ports/caller.hpp"

namespace herald::sqlite {

// Within the open transaction, on the writing connection.
void append_audit(Connection& connection, const Caller& caller, WallTime at, AuditRecord record);

std::vector<AuditEntry> audit_page(Connection& connection, const WorkspaceId& workspace, const AuditQuery& query);

// In one snapshot: at most `limit` entries behind those the check has seen.
void check_chain(Connection& connection, const WorkspaceId& workspace, ChainCheck& check, std::size_t limit);
// Every workspace that has a chain, or entries without one.
std::vector<WorkspaceId> audited_workspaces(Connection& connection);

}  // namespace herald::sqlite
