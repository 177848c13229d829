#include "adapters/store/sqlite/run_writes.hpp"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>

#include "adapters/store/sqlite/automation_events.hpp"
#include "adapters/store/sqlite/automation_rows.hpp"
#include "adapters/store/sqlite/run_counts.hpp"
#include "adapters/store/sqlite/run_rows.hpp"
#include "domain/audit/automation_records.hpp"
#include "domain/automation/engine.hpp"

namespace herald::sqlite {
namespace {

std::int64_t trace_length(Write& write, std::int64_t run) {
    auto row = write.query("SELECT coalesce(max(n), 0) FROM run_steps WHERE run = ?1");
    return row.with(run).next() ? row.integer(0) : 0;
}

void append_trace(Write& write, std::int64_t run, std::int64_t length, std::span<const TraceEntry> trace) {
    for (const auto& entry : trace)
        write
            .query(
                "INSERT INTO run_steps (run, n, path, step, at, outcome, because, until, done_at, resource_id, "
                "request_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
            .with(run, ++length, entry.path, entry.step ? name(*entry.step) : "", entry.at, name(entry.outcome),
                  entry.because, entry.until, entry.done_at, entry.resource_id, entry.request_id)
            .run();
}

// What a run was before a write.
struct Before {
    std::int64_t automation{};
    RunState state{};
    bool automation_active{};
};

std::optional<Before> before_write(Write& write, const Run& run) {
    auto row = write.query(
        "SELECT r.automation, r.state, a.state = 'active' FROM automation_runs r JOIN automations a "
        "ON a.number = r.automation WHERE r.number = ?1 AND r.fence = ?2 AND a.workspace = r.workspace");
    if (!row.with(run.number, run.fence).next()) return {};
    return Before{row.integer(0), run_state(row.text(1)).value_or(RunState::failed), row.boolean(2)};
}

// The contact may have been merged into another one. Once an exit event came, it stays so: an executor that read the
// run before does not know of it, and the run does not wait any more.
void update_run(Write& write, const Run& r, WallTime now) {
    write
        .query(
            "UPDATE automation_runs SET state = ?2, reason = ?3, position = ?4, due_at = ?5, "
            "wake_at = CASE WHEN leaving = '' THEN ?6 ELSE min(?6, ?16) END, "
            "awaiting = ?7, tries = ?8, refusals = ?9, intended = ?10, executed = ?11, succeeded = ?12, "
            "leaving = CASE WHEN ?13 = '' THEN leaving ELSE ?13 END, ended_at = ?14, contact_id = ?15, fence = fence + "
            "1 "
            "WHERE number = ?1")
        .with(r.number, name(r.state), r.reason, r.position, r.due_at, r.wake_at, r.awaiting, r.tries, r.refusals,
              r.intended, r.executed, r.succeeded, r.leaving, r.ended_at, r.contact, now)
        .run();
}

Result<bool> save(Write& write, const Before& before, const Run& run, std::span<const TraceEntry> trace) {
    const auto length = trace.empty() ? 0 : trace_length(write, run.number);
    if (length + static_cast<std::int64_t>(trace.size()) > most_trace_entries)
        return Error{Errc::conflict, fmt::format("the trace of a run has at most {} entries", most_trace_entries)};
    update_run(write, run, trace.empty() ? run.wake_at : trace.back().done_at);
    append_trace(write, run.number, length, trace);
    move_run(write.connection(), before.automation, run.version, before.state, run.state);
    return true;
}

}  // namespace

void insert_run(Write& write, std::int64_t automation, Run& r, std::span<const TraceEntry> trace,
                std::optional<std::int64_t> firing) {
    {
        auto row = write.query(
            "INSERT INTO automation_runs (automation, workspace, version, firing, ref_kind, ref, contact_id, event_id, "
            "event_name, event_metadata, depth, state, reason, position, due_at, wake_at, awaiting, tries, refusals, "
            "intended, executed, succeeded, leaving, fence, started_at, ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
            "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26) "
            "RETURNING number");
        row.with(automation, r.workspace, r.version, firing, name(r.ref.kind), r.ref.value, r.contact, r.event_id,
                 r.event_name, to_text(r.event_metadata), r.depth, name(r.state), r.reason, r.position, r.due_at,
                 r.wake_at, r.awaiting, r.tries, r.refusals, r.intended, r.executed, r.succeeded, r.leaving, r.fence,
                 r.started_at, r.ended_at);
        if (!row.next()) throw SQLite::Exception("a run was not stored");
        r.number = row.integer(0);
    }
    append_trace(write, r.number, 0, trace);
    move_run(write.connection(), automation, r.version, {}, r.state);
}

Result<bool> save_run(Write& write, const Run& run, std::span<const TraceEntry> trace) {
    const auto before = before_write(write, run);
    if (!before) return false;
    return save(write, *before, run, trace);
}

void extend_trace(Write& write, std::int64_t run, const TraceEntry& entry) {
    const auto length = trace_length(write, run);
    if (length < most_trace_entries) append_trace(write, run, length, {&entry, 1});
}

Result<bool> write_run(Write& write, const RunWrite& asked) {
    const auto before = before_write(write, asked.run);
    if (!before || (asked.only_while_active && !before->automation_active)) return false;
    if (asked.awaits_since &&
        !awaited_events(write.connection(), asked.run, *asked.awaits_since, asked.awaits_behind, 1).empty())
        return Error{Errc::stale, "what the run is to wait for has come already"};
    auto saved = save(write, *before, asked.run, asked.trace);
    if (saved && asked.emitted) {
        const auto now = asked.trace.empty() ? asked.emitted->at : asked.trace.back().done_at;
        insert_event(write, asked.run.workspace, *asked.emitted, asked.emitted->kind != IncomingEvent::Kind::report,
                     now);
    }
    return saved;
}

Result<Run> cancel_run(Write& write, const Caller& caller, std::int64_t number, WallTime now) {
    auto run = find_run(write.connection(), caller.workspace, number);
    if (!run) return no_such_run();
    if (run->state != RunState::active)
        return Error{Errc::conflict,
                     fmt::format("the run is {}; only one that is active can be cancelled", name(run->state))};
    if (run->intended) {
        Error error{Errc::conflict, "a step of the run is on its way; nothing was cancelled"};
        error.retry_after = milliseconds{2'000};
        return error;
    }
    std::vector<TraceEntry> trace;
    cancel(*run, now, trace);
    const auto saved = save_run(write, *run, trace);
    if (!saved) return saved.error();
    write.audit(caller, now, automation_run_cancelled(*run));
    auto cancelled = find_run(write.connection(), caller.workspace, number);
    if (!cancelled) return no_such_run();
    return std::move(*cancelled);
}

void leave_run(Write& write, const Run& run) {
    write.query("UPDATE automation_runs SET leaving = ?2 WHERE number = ?1 AND state = 'active'")
        .with(run.number, run.leaving)
        .run();
}

}  // namespace herald::sqlite
