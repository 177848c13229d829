#include "adapters/store/sqlite/changes.hpp"

#include <utility>

#include <fmt/format.h>

#include "adapters/store/sqlite/audience_sources.hpp"
#include "adapters/store/sqlite/audit.hpp"
#include "adapters/store/sqlite/requeue.hpp"
#include "domain/audit/records.hpp"

namespace herald::sqlite {
namespace {

constexpr std::size_t states = all_delivery_states.size();

// "UPDATE … SET queued = queued + ?2, … RETURNING queued, …": one line per state of the domain's list.
std::string add_counts_sql() {
    std::string set;
    std::string returned;
    for (std::size_t i = 0; i < states; ++i) {
        const auto column = name(all_delivery_states[i]);
        set += fmt::format("{0} = {0} + ?{1}, ", column, i + 2);
        returned += fmt::format("{}{}", i == 0 ? "" : ", ", column);
    }
    return fmt::format(
        "UPDATE campaign_counts SET {}events_queued = events_queued + ?{}, events_tracked = events_tracked + ?{}, "
        "events_failed = events_failed + ?{} WHERE campaign = ?1 RETURNING {}",
        set, states + 2, states + 3, states + 4, returned);
}

DeliveryCounts add_counts(Connection& connection, std::int64_t campaign, const Changes::Delta& delta) {
    static const std::string sql = add_counts_sql();
    const auto& by = delta.deliveries.by_state;
    const auto& events = delta.events;
    auto query = connection.query(sql);
    query.with(campaign, by[0], by[1], by[2], by[3], by[4], by[5], by[6], by[7], by[8], events.queued, events.tracked,
               events.failed);
    static_assert(states == 9);
    DeliveryCounts now;
    if (query.next())
        for (std::size_t i = 0; i < states; ++i) now.by_state[i] = query.integer(static_cast<int>(i));
    return now;
}

void add_reasons(Connection& connection, std::int64_t campaign, const ReasonCounts& reasons) {
    for (const auto& [key, rows] : reasons) {
        if (rows == 0) continue;
        connection
            .query(
                "INSERT INTO reason_counts (campaign, workspace, state, reason, count) "
                "SELECT number, workspace, ?2, ?3, ?4 FROM campaigns WHERE number = ?1 "
                "ON CONFLICT DO UPDATE SET count = count + excluded.count")
            .with(campaign, name(key.first), key.second, rows)
            .run();
    }
}

struct Head {
    CampaignId id;
    WorkspaceId workspace;
    CampaignState state{};
};

Head head_of(Connection& connection, std::int64_t campaign) {
    auto row = connection.query("SELECT id, workspace, state FROM campaigns WHERE number = ?1");
    if (!row.with(campaign).next()) return {};
    return {{row.text(0)}, {row.text(1)}, campaign_state(row.text(2)).value_or(CampaignState::draft)};
}

void record_completion(Connection& connection, const Head& head, CampaignState to, const DeliveryCounts& counts,
                       WallTime at) {
    auto record = campaign_changed(head.id, CampaignEvent::complete, head.state, to);
    record.details["recipient_count"] = counts.audience();
    for (const auto state : all_delivery_states)
        if (is_terminal(state)) record.details[std::string(name(state))] = counts[state];
    append_audit(connection, machine(head.workspace), at, std::move(record));
}

void complete(Connection& connection, std::int64_t campaign, const Head& head, WallTime at) {
    const auto next = next_state(head.state, CampaignEvent::complete);
    if (!next || has_open_source(connection, campaign) || is_requeued(connection, campaign)) return;
    const auto rows = check_counts(connection, campaign).rows;
    if (!rows.finished()) return;
    const auto state = rows.losses() > 0 ? CampaignState::completed_with_losses : *next;
    connection
        .query(
            "UPDATE campaigns SET state = ?2, paused_for = NULL, finished_at = ?3, version = version + 1 "
            "WHERE number = ?1")
        .with(campaign, name(state), at)
        .run();
    record_completion(connection, head, state, rows, at);
}

// A late answer may have turned the last loss into an acceptance.
void restore(Connection& connection, std::int64_t campaign, const Head& head, const DeliveryCounts& counts,
             WallTime at) {
    connection.query("UPDATE campaigns SET state = ?2, version = version + 1 WHERE number = ?1")
        .with(campaign, name(CampaignState::completed))
        .run();
    record_completion(connection, head, CampaignState::completed, counts, at);
}

}  // namespace

void Changes::add(std::int64_t campaign, DeliveryState state, std::int64_t rows) {
    by_campaign_[campaign].deliveries[state] += rows;
}

void Changes::move(std::int64_t campaign, DeliveryState from, DeliveryState to, std::int64_t rows) {
    if (rows == 0) return;
    auto& counts = by_campaign_[campaign].deliveries;
    counts[from] -= rows;
    counts[to] += rows;
}

void Changes::reason(std::int64_t campaign, DeliveryState state, const std::string& reason, std::int64_t rows) {
    if (!reason.empty()) by_campaign_[campaign].reasons[{state, reason}] += rows;
}

std::vector<CampaignId> Changes::apply(Connection& connection) {
    std::vector<CampaignId> changed;
    for (const auto& [campaign, delta] : std::exchange(by_campaign_, {})) {
        const auto counts = add_counts(connection, campaign, delta);
        add_reasons(connection, campaign, delta.reasons);
        const auto head = head_of(connection, campaign);
        if (counts.finished() && !is_terminal(head.state)) complete(connection, campaign, head, at_);
        if (head.state == CampaignState::completed_with_losses && counts.losses() == 0)
            restore(connection, campaign, head, counts, at_);
        changed.push_back(head.id);
    }
    return changed;
}

DeliveryCounts count_rows(Connection& connection, std::int64_t campaign) {
    DeliveryCounts counts;
    auto row = connection.query(
        "SELECT state, count(*) FROM deliveries INDEXED BY deliveries_state WHERE campaign = ?1 GROUP BY state");
    row.with(campaign);
    while (row.next())
        if (const auto state = delivery_state(row.text(0))) counts[*state] = row.integer(1);
    return counts;
}

EventCounts count_events(Connection& connection, std::int64_t campaign) {
    EventCounts counts;
    auto row = connection.query(
        "SELECT state, count(*) FROM tracked_events INDEXED BY tracked_events_state WHERE campaign = ?1 GROUP BY "
        "state");
    row.with(campaign);
    while (row.next()) {
        const auto state = row.text(0);
        if (state == "queued") counts.queued = row.integer(1);
        if (state == "tracked") counts.tracked = row.integer(1);
        if (state == "failed") counts.failed = row.integer(1);
    }
    return counts;
}

ReasonCounts count_reasons(Connection& connection, std::int64_t campaign) {
    ReasonCounts counts;
    auto row = connection.query(
        "SELECT state, reason, count(*) FROM deliveries INDEXED BY deliveries_reason "
        "WHERE campaign = ?1 AND reason <> '' GROUP BY state, reason");
    row.with(campaign);
    while (row.next())
        if (const auto state = delivery_state(row.text(0))) counts[{*state, row.text(1)}] = row.integer(2);
    return counts;
}

Checked check_counts(Connection& connection, std::int64_t campaign) {
    const auto counted = add_counts(connection, campaign, {});
    const auto rows = count_rows(connection, campaign);
    const auto events = count_events(connection, campaign);
    const auto reasons = count_reasons(connection, campaign);
    Changes::Delta delta;
    for (const auto state : all_delivery_states) delta.deliveries[state] = rows[state] - counted[state];
    delta.events = events;
    delta.reasons = reasons;
    {
        auto row = connection.query(
            "SELECT events_queued, events_tracked, events_failed FROM campaign_counts WHERE campaign = ?1");
        if (row.with(campaign).next())
            delta.events = {events.queued - row.integer(0), events.tracked - row.integer(1),
                            events.failed - row.integer(2)};
    }
    {
        auto row = connection.query("SELECT state, reason, count FROM reason_counts WHERE campaign = ?1");
        row.with(campaign);
        while (row.next())
            if (const auto state = delivery_state(row.text(0))) delta.reasons[{*state, row.text(1)}] -= row.integer(2);
    }
    const bool right = delta.deliveries == DeliveryCounts{} && delta.events == EventCounts{} &&
                       std::ranges::all_of(delta.reasons, [](const auto& entry) { return entry.second == 0; });
    if (right) return {rows, false};
    add_counts(connection, campaign, delta);
    add_reasons(connection, campaign, delta.reasons);
    return {rows, true};
}

}  // namespace herald::sqlite
