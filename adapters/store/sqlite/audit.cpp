#include "adapters/store/sqlite/audit.hpp"

#include <limits>

#include "adapters/store/sqlite/rows.hpp"
#include "adapters/store/sqlite/sha256.hpp"

namespace herald::sqlite {
namespace {

constexpr const char* entry_columns =
    "SELECT number, workspace, position, at, actor, request_id, action, resource, details, hash FROM audit_entries ";

AuditEntry to_entry(const Query& row) {
    AuditEntry entry;
    entry.number = row.integer(0);
    entry.workspace.value = row.text(1);
    entry.position = row.integer(2);
    entry.at = row.time(3);
    entry.actor = row.text(4);
    entry.request_id = row.text(5);
    entry.record.action = row.text(6);
    entry.record.resource = row.text(7);
    const auto details = row.text(8);
    // Nothing of ours: shown as it is, and the chain does not hold with it.
    entry.record.details = to_details(details).value_or(AuditDetails{{"unreadable", details}});
    entry.hash = row.text(9);
    return entry;
}

ChainHead head_of(Connection& connection, const WorkspaceId& workspace) {
    auto row = connection.query("SELECT entries, hash FROM audit_heads WHERE workspace = ?1");
    if (!row.with(workspace).next()) return {};
    return {row.integer(0), row.text(1)};
}

std::int64_t next_number(Connection& connection) {
    auto row = connection.query("SELECT coalesce(max(number), 0) + 1 FROM audit_entries");
    return row.next() ? row.integer(0) : 1;
}

// One text per combination of filters, so that each names the index that gives its order.
std::string page_sql(const AuditQuery& query) {
    std::string sql = entry_columns;
    sql += query.resource ? "INDEXED BY audit_resource "
           : query.actor  ? "INDEXED BY audit_actor "
           : query.action ? "INDEXED BY audit_action "
                          : "INDEXED BY audit_time ";
    sql += "WHERE workspace = ?1";
    if (query.resource) sql += " AND resource = ?2";
    if (query.actor) sql += " AND actor = ?3";
    if (query.action) sql += " AND action = ?4";
    if (query.from) sql += " AND at >= ?5";
    if (query.to) sql += " AND at < ?6";
    if (query.after) sql += query.ascending ? " AND (at, number) > (?7, ?8)" : " AND (at, number) < (?7, ?8)";
    sql += query.ascending ? " ORDER BY at, number" : " ORDER BY at DESC, number DESC";
    return sql + " LIMIT ?9";
}

}  // namespace

void append_audit(Connection& connection, const Caller& caller, WallTime at, AuditRecord record) {
    const auto head = head_of(connection, caller.workspace);
    AuditEntry entry{.number = next_number(connection),
                     .workspace = caller.workspace,
                     .position = head.entries + 1,
                     .at = at,
                     .actor = caller.actor,
                     .request_id = caller.request_id,
                     .record = std::move(record),
                     .hash = {}};
    entry.hash = sha256(canonical(head.hash, entry));
    connection
        .query(
            "INSERT INTO audit_entries (number, workspace, position, at, actor, request_id, action, resource, details, "
            "hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
        .with(entry.number, entry.workspace, entry.position, entry.at, entry.actor, entry.request_id,
              entry.record.action, entry.record.resource, to_text(entry.record.details), entry.hash)
        .run();
    connection
        .query(
            "INSERT INTO audit_heads (workspace, entries, hash) VALUES (?1, ?2, ?3) "
            "ON CONFLICT DO UPDATE SET entries = excluded.entries, hash = excluded.hash")
        .with(entry.workspace, entry.position, entry.hash)
        .run();
}

std::vector<AuditEntry> audit_page(Connection& connection, const WorkspaceId& workspace, const AuditQuery& query) {
    std::vector<AuditEntry> page;
    const auto after = query.after.value_or(AuditQuery::Place{});
    auto row = connection.query(page_sql(query));
    row.with(workspace, query.resource, query.actor, query.action, query.from, query.to, after.at, after.number,
             query.limit);
    while (row.next()) page.push_back(to_entry(row));
    return page;
}

void check_chain(Connection& connection, const WorkspaceId& workspace, ChainCheck& check, std::size_t limit) {
    static const std::string sql = std::string(entry_columns) +
                                   "INDEXED BY audit_chain WHERE workspace = ?1 AND position > ?2 "
                                   "ORDER BY position LIMIT ?3";
    std::vector<AuditEntry> entries;
    {
        auto row = connection.query(sql);
        row.with(workspace, check.seen().value_or(std::numeric_limits<std::int64_t>::min()), limit);
        while (row.next()) entries.push_back(to_entry(row));
    }
    check.look_at(entries, head_of(connection, workspace), entries.size() < limit);
}

std::vector<WorkspaceId> audited_workspaces(Connection& connection) {
    std::vector<WorkspaceId> out;
    auto row =
        connection.query("SELECT workspace FROM audit_heads UNION SELECT workspace FROM audit_entries ORDER BY 1");
    while (row.next()) out.push_back({row.text(0)});
    return out;
}

}  // namespace herald::sqlite
