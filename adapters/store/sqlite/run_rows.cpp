#include "adapters/store/sqlite/run_rows.hpp"

#include <fmt/format.h>

#include "adapters/store/sqlite/automation_rows.hpp"
#include "adapters/store/sqlite/rows.hpp"

namespace herald::sqlite {
namespace {

std::string select_runs(std::string_view index) {
    return fmt::format(
        "SELECT r.number, r.workspace, a.id, r.version, r.ref_kind, r.ref, r.contact_id, r.event_id, r.event_name, "
        "r.event_metadata, r.depth, r.state, r.reason, r.position, r.due_at, r.wake_at, r.awaiting, r.tries, "
        "r.refusals, r.intended, r.executed, r.succeeded, r.leaving, r.fence, r.started_at, r.ended_at "
        "FROM automation_runs r {}{} CROSS JOIN automations a ON a.number = r.automation ",
        index.empty() ? "" : "INDEXED BY ", index);
}

Run to_run(const Query& row) {
    int column = 0;
    const auto next = [&column] { return column++; };
    Run r;
    r.number = row.integer(next());
    r.workspace.value = row.text(next());
    r.automation.value = row.text(next());
    r.version = row.integer(next());
    auto kind = row.text(next());
    r.ref = to_ref(std::move(kind), row.text(next()));
    r.contact.value = row.text(next());
    r.event_id = row.text(next());
    r.event_name = row.text(next());
    r.event_metadata = to_scalars(row.text(next()));
    r.depth = row.integer(next());
    r.state = run_state(row.text(next())).value_or(RunState::failed);
    r.reason = row.text(next());
    r.position = static_cast<std::size_t>(row.integer(next()));
    r.due_at = row.time(next());
    r.wake_at = row.time(next());
    r.awaiting = row.text(next());
    r.tries = row.integer(next());
    r.refusals = row.integer(next());
    r.intended = row.boolean(next());
    r.executed = row.integer(next());
    r.succeeded = row.integer(next());
    r.leaving = row.text(next());
    r.fence = row.integer(next());
    r.started_at = row.time(next());
    r.ended_at = row.optional_time(next());
    return r;
}

// One text per combination of filters, so that each names the index that gives its order. One contact has few runs.
std::string page_sql(const RunQuery& query) {
    const char* index = query.contact ? "automation_runs_person"
                        : query.state ? "automation_runs_state"
                                      : "automation_runs_listed";
    std::string sql = select_runs(index) + "WHERE r.automation = ?1";
    if (query.contact) sql += " AND r.workspace = ?2 AND r.contact_id <> '' AND r.contact_id = ?3";
    if (query.state) sql += " AND r.state = ?4";
    if (query.after) sql += query.ascending ? " AND r.number > ?5" : " AND r.number < ?5";
    sql += query.ascending ? " ORDER BY r.number" : " ORDER BY r.number DESC";
    return sql + " LIMIT ?6";
}

TraceEntry to_entry(const Query& row) {
    TraceEntry entry;
    entry.path = row.text(0);
    const auto step = row.text(1);
    for (const auto type : all_step_types)
        if (name(type) == step) entry.step = type;
    entry.at = row.time(2);
    entry.outcome = step_outcome(row.text(3)).value_or(StepOutcome::unknown);
    entry.because = row.text(4);
    entry.until = row.optional_time(5);
    entry.done_at = row.time(6);
    entry.resource_id = row.text(7);
    entry.request_id = row.text(8);
    return entry;
}

}  // namespace

Error no_such_run() {
    return {Errc::not_found, "no such run"};
}

std::optional<Run> find_run(Connection& connection, const WorkspaceId& workspace, std::int64_t number) {
    static const std::string sql = select_runs("") + "WHERE r.number = ?1 AND a.workspace = ?2";
    auto row = connection.query(sql);
    if (!row.with(number, workspace).next()) return {};
    return to_run(row);
}

std::vector<Run> run_page(Connection& connection, const WorkspaceId& workspace, std::int64_t automation,
                          const RunQuery& query) {
    std::vector<Run> page;
    auto row = connection.query(page_sql(query));
    row.with(automation, workspace, query.contact, query.state ? std::optional(name(*query.state)) : std::nullopt,
             query.after, query.limit);
    while (row.next()) page.push_back(to_run(row));
    return page;
}

std::vector<Run> active_runs_of(Connection& connection, const WorkspaceId& workspace, const ContactId& contact) {
    static const std::string sql = select_runs("automation_runs_person") +
                                   "WHERE r.workspace = ?1 AND r.contact_id <> '' AND r.contact_id = ?2 "
                                   "AND r.state = 'active' AND a.workspace = ?1 ORDER BY r.number";
    std::vector<Run> runs;
    auto row = connection.query(sql);
    row.with(workspace, contact);
    while (row.next()) runs.push_back(to_run(row));
    return runs;
}

std::vector<TraceEntry> trace_of(Connection& connection, std::int64_t run) {
    std::vector<TraceEntry> trace;
    auto row = connection.query(
        "SELECT path, step, at, outcome, because, until, done_at, resource_id, request_id FROM run_steps "
        "WHERE run = ?1 ORDER BY n");
    row.with(run);
    while (row.next()) trace.push_back(to_entry(row));
    return trace;
}

}  // namespace herald::sqlite
