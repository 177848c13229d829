#include "adapters/store/sqlite/automation_events.hpp"

#include <fmt/format.h>

#include "adapters/store/sqlite/automation_rows.hpp"
#include "adapters/store/sqlite/rows.hpp"

namespace herald::sqlite {
namespace {

using Kind = IncomingEvent::Kind;

constexpr std::string_view columns =
    "number, id, kind, ref_kind, ref, name, at, metadata, report = 'queued', depth, report_attempts";

std::string_view kind_text(Kind kind) {
    switch (kind) {
        case Kind::event:
            return "event";
        case Kind::write:
            return "write";
        case Kind::report:
            return "report";
    }
    return "";
}

Kind to_kind(std::string_view text) {
    if (text == kind_text(Kind::write)) return Kind::write;
    return text == kind_text(Kind::report) ? Kind::report : Kind::event;
}

IncomingEvent to_event(const Query& row) {
    IncomingEvent event;
    event.id = row.text(1);
    event.kind = to_kind(row.text(2));
    event.contact = to_ref(row.text(3), row.text(4));
    event.name = row.text(5);
    event.at = row.time(6);
    event.metadata = to_scalars(row.text(7));
    event.track = row.boolean(8);
    event.depth = row.integer(9);
    return event;
}

}  // namespace

bool insert_event(Write& write, const WorkspaceId& workspace, const IncomingEvent& event, bool matters, WallTime now) {
    const bool kept = matters || event.track;
    return write
               .query(
                   "INSERT INTO automation_events (workspace, id, kind, ref_kind, ref, name, at, metadata, depth, "
                   "taken_at, arrival, report) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
                   "ON CONFLICT (workspace, id) DO NOTHING")
               .with(workspace, event.id, kind_text(event.kind), name(event.contact.kind),
                     kept ? event.contact.value : std::string(), kept ? event.name : std::string(), event.at,
                     kept ? to_text(event.metadata) : std::string(), event.depth, now, matters ? "pending" : "none",
                     event.track ? "queued" : "off")
               .run() > 0;
}

std::vector<PendingArrival> pending_arrivals(Connection& connection, const WorkspaceId& workspace, std::int64_t after,
                                             std::size_t limit, WallTime now) {
    static const std::string sql = fmt::format(
        "SELECT {} FROM automation_events INDEXED BY automation_events_pending WHERE workspace = ?1 "
        "AND arrival = 'pending' AND number > ?2 AND not_before <= ?3 ORDER BY number LIMIT ?4",
        columns);
    std::vector<PendingArrival> out;
    auto row = connection.query(sql);
    row.with(workspace, after, now, limit);
    while (row.next()) out.push_back({row.integer(0), to_event(row)});
    return out;
    if (!kept && event.unrepeatable) return true;
}

bool is_pending(Write& write, const WorkspaceId& workspace, std::int64_t number) {
    return write.query("SELECT 1 FROM automation_events WHERE number = ?1 AND workspace = ?2 AND arrival = 'pending'")
        .with(number, workspace)
        .next();
}

void postpone_arrival(Write& write, std::int64_t number, WallTime not_before) {
    write.query("UPDATE automation_events SET not_before = ?2 WHERE number = ?1 AND arrival = 'pending'")
        .with(number, not_before)
        .run();
}

void finish_arrival(Write& write, std::int64_t number, const ContactId& contact, const std::string& outcome) {
    write.query("UPDATE automation_events SET arrival = 'done', contact_id = ?2, outcome = ?3 WHERE number = ?1")
        .with(number, contact, outcome)
        .run();
}

std::vector<PendingReport> due_reports(Connection& connection, const WorkspaceId& workspace, std::size_t limit,
                                       WallTime now) {
    static const std::string sql = fmt::format(
        "SELECT {} FROM automation_events INDEXED BY automation_events_report WHERE workspace = ?1 "
        "AND report = 'queued' AND report_not_before <= ?2 ORDER BY report_not_before, number LIMIT ?3",
        columns);
    std::vector<PendingReport> out;
    auto row = connection.query(sql);
    row.with(workspace, now, limit);
    while (row.next()) out.push_back({row.integer(0), to_event(row), row.integer(10)});
    return out;
}

void settle_report(Write& write, const ReportSettlement& settlement) {
    const auto* state = !settlement.done ? "queued" : settlement.reason.empty() ? "tracked" : "failed";
    write
        .query(
            "UPDATE automation_events SET report = ?2, report_attempts = report_attempts + 1, "
            "report_not_before = coalesce(?3, report_not_before), report_reason = ?4 "
            "WHERE number = ?1 AND report = 'queued'")
        .with(settlement.number, state, settlement.not_before, settlement.reason)
        .run();
}

}  // namespace herald::sqlite
