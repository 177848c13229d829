#include "adapters/store/sqlite/events.hpp"

namespace herald::sqlite {

void record_event(Write& write, std::int64_t delivery, std::int64_t campaign, WallTime at) {
    const auto stored =
        write
            .query(
                "INSERT INTO tracked_events (delivery, campaign, workspace, contact_id, created_at, state, not_before) "
                // Intercom takes two events of a person in the same second for one: each gets a second of its own.
                "SELECT number, campaign, workspace, contact_id, max(?2, coalesce((SELECT max(e.created_at) / 1000 * "
                "1000 "
                "+ 1000 FROM tracked_events e INDEXED BY tracked_events_person WHERE e.workspace = "
                "deliveries.workspace "
                "AND e.contact_id = deliveries.contact_id), 0)), 'queued', ?2 FROM deliveries "
                "WHERE number = ?1 AND contact_id IS NOT NULL")
            .with(delivery, at)
            .run();
    write.changes().events(campaign).queued += stored;
}

std::vector<PendingEvent> due_events(Connection& connection, const WorkspaceId& workspace, std::size_t limit,
                                     WallTime now, std::unordered_set<std::int64_t>& out) {
    std::vector<PendingEvent> due;
    auto row = connection.query(
        "SELECT e.delivery, c.id, e.contact_id, e.created_at, e.attempts "
        "FROM tracked_events e INDEXED BY tracked_events_due JOIN campaigns c ON c.number = e.campaign "
        "WHERE e.state = 'queued' AND e.not_before <= ?1 AND e.workspace = ?2 ORDER BY e.not_before, e.delivery");
    row.with(now, workspace);
    while (due.size() < limit && row.next()) {
        if (out.contains(row.integer(0))) continue;
        due.push_back({row.integer(0), {row.text(1)}, {row.text(2)}, row.time(3), row.integer(4)});
    }
    for (const auto& event : due) out.insert(event.number);
    return due;
}

void apply_event_settlement(Write& write, const EventSettlement& settlement) {
    using Outcome = EventSettlement::Outcome;
    const auto outcome = settlement.outcome;
    const auto state = outcome == Outcome::tracked ? "tracked" : outcome == Outcome::failed ? "failed" : "queued";
    auto row = write.query(
        "UPDATE tracked_events SET state = ?2, reason = ?3, attempts = attempts + ?4, "
        "not_before = coalesce(?5, not_before) WHERE delivery = ?1 AND state = 'queued' RETURNING campaign");
    if (!row.with(settlement.number, state, settlement.reason, settlement.charge, settlement.not_before).next()) return;
    auto& counts = write.changes().events(row.integer(0));
    if (outcome == Outcome::again) return;
    --counts.queued;
    ++(outcome == Outcome::tracked ? counts.tracked : counts.failed);
}

}  // namespace herald::sqlite
