#include "adapters/store/sqlite/automation_events.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "adapters/store/sqlite/automation_rows.hpp"
#include "adapters/store/sqlite/rows.hpp"

namespace herald::sqlite {
namespace {

namespace json = boost::json;

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

EventRecord::Report to_report(std::string_view text) {
    using Report = EventRecord::Report;
    if (text == "queued") return Report::queued;
    if (text == "tracked") return Report::tracked;
    return text == "failed" ? Report::failed : Report::off;
}

// As arrive.cpp tells it.
void read_outcome(const std::string& text, EventRecord& out) {
    if (text.empty()) return;
    const auto outcome = json::parse(text).as_object();
    if (const auto* reason = outcome.if_contains("reason")) out.reason = reason->as_string();
    if (const auto* runs = outcome.if_contains("runs"))
        for (const auto& run : runs->as_array()) out.runs.emplace_back(run.as_string());
    if (const auto* kept_out = outcome.if_contains("not_entered"))
        for (const auto& each : kept_out->as_array())
            out.not_entered.push_back(
                {{std::string(each.at("automation").as_string())}, std::string(each.at("because").as_string())});
}

}  // namespace

bool insert_event(Write& write, const WorkspaceId& workspace, const IncomingEvent& event, bool matters, WallTime now) {
    const bool kept = matters || event.track;
    if (!kept && event.unrepeatable) return true;
    return write
               .query(
                   "INSERT INTO automation_events (workspace, id, kind, ref_kind, ref, name, at, metadata, depth, "
                   "taken_at, arrival, report) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
                   "ON CONFLICT (workspace, id) DO NOTHING")
               .with(workspace, event.id, kind_text(event.kind), name(event.contact.kind),
                     kept ? event.contact.value : std::string(), kept ? event.name : std::string(), event.at,
                     kept ? to_text(event.metadata) : std::string(), event.depth, now, matters ? "pending" : "none",
                     event.track     ? "queued"
                     : event.tracked ? "tracked"
                                     : "off")
               .run() > 0;
}

bool is_known(Connection& connection, const WorkspaceId& workspace, const std::string& id) {
    return connection.query("SELECT 1 FROM automation_events WHERE workspace = ?1 AND id = ?2")
        .with(workspace, id)
        .next();
}

std::optional<EventRecord> find_event(Connection& connection, const WorkspaceId& workspace, const std::string& id) {
    auto row = connection.query(
        "SELECT id, name, at, taken_at, report, report_reason, arrival, outcome, ref_kind FROM automation_events "
        "WHERE workspace = ?1 AND id = ?2");
    if (!row.with(workspace, id).next()) return {};
    EventRecord out;
    out.id = row.text(0);
    out.name = row.text(1);
    out.at = row.time(2);
    out.taken_at = row.time(3);
    out.report = to_report(row.text(4));
    out.report_reason = row.text(5);
    const auto arrival = row.text(6);
    out.pending = arrival == "pending";
    if (arrival == "none") out.reason = "no automation looks at it";
    if (row.text(8) == name(ContactRef::Kind::erased)) out.reason = "the data of the contact was erased";
    read_outcome(row.text(7), out);
    return out;
}

std::vector<PendingArrival> pending_arrivals(Connection& connection, const WorkspaceId& workspace, std::int64_t after,
                                             std::size_t limit) {
    static const std::string sql = fmt::format(
        "SELECT {} FROM automation_events INDEXED BY automation_events_pending WHERE workspace = ?1 "
        "AND arrival = 'pending' AND number > ?2 ORDER BY number LIMIT ?3",
        columns);
    std::vector<PendingArrival> out;
    auto row = connection.query(sql);
    row.with(workspace, after, limit);
    while (row.next()) out.push_back({row.integer(0), to_event(row)});
    return out;
}

bool is_pending(Write& write, const WorkspaceId& workspace, std::int64_t number) {
    return write.query("SELECT 1 FROM automation_events WHERE number = ?1 AND workspace = ?2 AND arrival = 'pending'")
        .with(number, workspace)
        .next();
}

void finish_arrival(Write& write, std::int64_t number, const ContactId& contact, const std::string& outcome) {
    write.query("UPDATE automation_events SET arrival = 'done', contact_id = ?2, outcome = ?3 WHERE number = ?1")
        .with(number, contact, outcome)
        .run();
}

std::vector<PendingArrival> awaited_events(Connection& connection, const Run& run, WallTime since, std::int64_t behind,
                                           std::size_t limit) {
    static const std::string sql = fmt::format(
        "SELECT {} FROM automation_events INDEXED BY automation_events_person WHERE workspace = ?1 "
        "AND contact_id <> '' AND contact_id = ?2 AND number > max(?3, coalesce((SELECT number FROM automation_events "
        "WHERE workspace = ?1 AND id = ?4), 0)) AND arrival = 'done' AND kind = 'event' AND name = ?5 AND at >= ?6 "
        "ORDER BY number LIMIT ?7",
        columns);
    std::vector<PendingArrival> out;
    if (run.awaiting.empty()) return out;
    auto row = connection.query(sql);
    row.with(run.workspace, run.contact, behind, run.event_id, run.awaiting, since, limit);
    while (row.next()) out.push_back({row.integer(0), to_event(row)});
    return out;
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
