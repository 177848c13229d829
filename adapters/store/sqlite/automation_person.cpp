#include "adapters/store/sqlite/automation_person.hpp"

#include <set>

#include "adapters/store/sqlite/run_counts.hpp"
#include "adapters/store/sqlite/run_writes.hpp"

namespace herald::sqlite {
namespace {

// True: the run was under way, and is not any more.
bool cancel(Write& write, std::int64_t number, WallTime now) {
    std::int64_t automation = 0;
    std::int64_t version = 0;
    {
        auto row =
            write.query("SELECT automation, version FROM automation_runs WHERE number = ?1 AND state = 'active'");
        if (!row.with(number).next()) return false;
        automation = row.integer(0);
        version = row.integer(1);
    }
    write
        .query(
            "UPDATE automation_runs SET state = 'cancelled', reason = 'the data of the contact was erased', "
            "ended_at = ?2, awaiting = '' WHERE number = ?1")
        .with(number, now)
        .run();
    TraceEntry entry;
    entry.at = now;
    entry.outcome = StepOutcome::cancelled;
    entry.done_at = now;
    extend_trace(write, number, entry);
    move_run(write.connection(), automation, version, RunState::active, RunState::cancelled);
    return true;
}

void erase_run(Write& write, std::int64_t number, WallTime now, Erased& erased) {
    ++erased.runs;
    erased.cancelled += cancel(write, number, now) ? 1 : 0;
    write
        .query(
            "UPDATE automation_runs SET ref_kind = 'erased', ref = CAST(number AS TEXT), contact_id = '', "
            "event_id = '', event_metadata = '', leaving = '', fence = fence + 1 WHERE number = ?1")
        .with(number)
        .run();
    write.query("UPDATE run_steps SET because = '', resource_id = '', request_id = '' WHERE run = ?1")
        .with(number)
        .run();
}

std::set<std::int64_t> find_events(Write& write, const WorkspaceId& workspace, const Person& person) {
    std::set<std::int64_t> found;
    for (const auto& id : person.contacts) {
        auto row = write.query(
            "SELECT number FROM automation_events INDEXED BY automation_events_person "
            "WHERE workspace = ?1 AND contact_id <> '' AND contact_id = ?2");
        row.with(workspace, id);
        while (row.next()) found.insert(row.integer(0));
    }
    for (const auto& known : person.names) {
        auto row = write.query(
            "SELECT number FROM automation_events INDEXED BY automation_events_ref WHERE workspace = ?1 "
            "AND ref_kind = ?2 AND ref <> '' AND CASE ref_kind WHEN 'email' THEN lower(ref) ELSE ref END = ?3");
        row.with(workspace, name(known.kind), known.value);
        while (row.next()) found.insert(row.integer(0));
    }
    return found;
}

// Its id stays, so that the sender cannot bring it back.
void erase_event(Write& write, std::int64_t number) {
    write
        .query(
            "UPDATE automation_events SET ref_kind = 'erased', ref = '', metadata = '', contact_id = '', outcome = '', "
            "arrival = CASE arrival WHEN 'pending' THEN 'done' ELSE arrival END, "
            "report_reason = CASE report WHEN 'queued' THEN 'erased' ELSE report_reason END, "
            "report = CASE report WHEN 'queued' THEN 'failed' ELSE report END WHERE number = ?1")
        .with(number)
        .run();
}

}  // namespace

std::vector<std::int64_t> find_runs(Connection& connection, const WorkspaceId& workspace, const Person& person) {
    std::set<std::int64_t> found;
    for (const auto& id : person.contacts) {
        auto row = connection.query(
            "SELECT number FROM automation_runs INDEXED BY automation_runs_person "
            "WHERE workspace = ?1 AND contact_id <> '' AND contact_id = ?2");
        row.with(workspace, id);
        while (row.next()) found.insert(row.integer(0));
    }
    for (const auto& known : person.names) {
        auto row = connection.query(
            "SELECT number FROM automation_runs INDEXED BY automation_runs_ref WHERE workspace = ?1 "
            "AND ref_kind IN ('email', 'external_id') AND ref_kind = ?2 "
            "AND CASE ref_kind WHEN 'email' THEN lower(ref) ELSE ref END = ?3");
        row.with(workspace, name(known.kind), known.value);
        while (row.next()) found.insert(row.integer(0));
    }
    return {found.begin(), found.end()};
}

RunObstacle obstacle_of(Write& write, const std::vector<std::int64_t>& runs) {
    auto found = RunObstacle::none;
    for (const auto number : runs) {
        auto row = write.query(
            "SELECT r.state = 'active' AND r.intended = 1, coalesce(f.state = 'loading', 0) AND a.workspace <> '' "
            "FROM automation_runs r JOIN automations a ON a.number = r.automation "
            "LEFT JOIN automation_firings f ON f.number = r.firing WHERE r.number = ?1");
        if (!row.with(number).next()) continue;
        if (row.boolean(0)) return RunObstacle::on_the_wire;
        if (row.boolean(1)) found = RunObstacle::loading;
    }
    return found;
}

void erase_from_automations(Write& write, const WorkspaceId& workspace, const Person& person,
                            const std::vector<std::int64_t>& runs, WallTime now, Erased& erased) {
    for (const auto number : runs) erase_run(write, number, now, erased);
    for (const auto number : find_events(write, workspace, person)) {
        erase_event(write, number);
        ++erased.automation_events;
    }
    for (const auto& id : person.contacts) {
        write.query("DELETE FROM automation_histories WHERE workspace = ?1 AND contact_id = ?2")
            .with(workspace, id)
            .run();
        write.query("DELETE FROM contact_values WHERE workspace = ?1 AND contact_id = ?2").with(workspace, id).run();
    }
}

}  // namespace herald::sqlite
