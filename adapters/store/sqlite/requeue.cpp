#include "adapters/store/sqlite/requeue.hpp"

#include "adapters/store/sqlite/sweep.hpp"

namespace herald::sqlite {
namespace {

struct Requeue {
    DeliveryState from{};
    std::int64_t round{};   // for the rows that ended before it
    std::int64_t behind{};  // the last position that was looked at
};

// The next rows in the state, whether they are queued or passed over.
struct Stretch {
    std::int64_t rows{};
    std::int64_t last{};
};

std::optional<Requeue> next_requeue(Write& write, std::int64_t campaign) {
    auto row = write.query("SELECT state, round, behind FROM requeues WHERE campaign = ?1 ORDER BY state LIMIT 1");
    if (!row.with(campaign).next()) return {};
    const auto from = delivery_state(row.text(0));
    if (!from) throw SQLite::Exception("a stored requeue has no state");
    return Requeue{*from, row.integer(1), row.integer(2)};
}

Stretch next_stretch(Write& write, std::int64_t campaign, const Requeue& requeue, std::int64_t limit) {
    auto row = write.query(
        "SELECT count(*), coalesce(max(position), ?3) FROM (SELECT position FROM deliveries INDEXED BY "
        "deliveries_state WHERE campaign = ?1 AND state = ?2 AND position > ?3 ORDER BY position LIMIT ?4)");
    row.with(campaign, name(requeue.from), requeue.behind, limit).next();
    return {row.integer(0), row.integer(1)};
}

void uncount_reasons(Write& write, std::int64_t campaign, const Requeue& requeue, std::int64_t last) {
    auto row = write.query(
        "SELECT reason, count(*) FROM deliveries INDEXED BY deliveries_state WHERE campaign = ?1 AND state = ?2 "
        "AND position > ?3 AND position <= ?4 AND round < ?5 AND ref_kind <> 'erased' AND reason <> '' "
        "GROUP BY reason");
    row.with(campaign, name(requeue.from), requeue.behind, last, requeue.round);
    while (row.next()) write.changes().reason(campaign, requeue.from, row.text(0), -row.integer(1));
}

// As if never tried; the attempts that were made stay on record. The person is resolved again: a contact may have
// changed, and one that a duplicate names belongs to another row. The old claim stays, so that a late answer of the
// last attempt finds the row only while it is `unknown`.
std::int64_t queue_again(Write& write, std::int64_t campaign, const Requeue& requeue, DeliveryState to,
                         std::int64_t last, WallTime now) {
    return write
        .query(
            "UPDATE deliveries INDEXED BY deliveries_state SET state = ?6, not_before = 0, attempts = 0, "
            "throttled = 0, lookups = 0, contact_id = NULL, reason = '', detail = '', message_id = '', "
            "request_id = '', intent_at = NULL, updated_at = ?7 WHERE campaign = ?1 AND state = ?2 "
            "AND position > ?3 AND position <= ?4 AND round < ?5 AND ref_kind <> 'erased'")
        .with(campaign, name(requeue.from), requeue.behind, last, requeue.round, name(to), now)
        .run();
}

void move_on(Write& write, std::int64_t campaign, DeliveryState from, std::optional<std::int64_t> behind) {
    if (behind)
        write.query("UPDATE requeues SET behind = ?3 WHERE campaign = ?1 AND state = ?2")
            .with(campaign, name(from), *behind)
            .run();
    else
        write.query("DELETE FROM requeues WHERE campaign = ?1 AND state = ?2").with(campaign, name(from)).run();
}

// Returns at how many rows it looked; fewer than `limit`: there are no more.
std::int64_t requeue_rows(Write& write, std::int64_t campaign, const Requeue& requeue, std::int64_t limit,
                          WallTime now) {
    const auto to = next_state(requeue.from, DeliveryEvent::requeue);
    const auto stretch = to ? next_stretch(write, campaign, requeue, limit) : Stretch{};
    if (stretch.rows > 0) {
        uncount_reasons(write, campaign, requeue, stretch.last);
        const auto rows = queue_again(write, campaign, requeue, *to, stretch.last, now);
        write.changes().move(campaign, requeue.from, *to, rows);
    }
    move_on(write, campaign, requeue.from, stretch.rows < limit ? std::nullopt : std::optional(stretch.last));
    return stretch.rows;
}

void requeue_some(Write& write, std::int64_t campaign, WallTime now) {
    auto left = swept_at_once;
    while (left > 0) {
        const auto next = next_requeue(write, campaign);
        if (!next) break;
        left -= requeue_rows(write, campaign, *next, left, now);
    }
    write.changes().touch(campaign);  // it may be complete now
    write.changes().happened(now);
}

}  // namespace

std::int64_t count_requeued(Connection& connection, std::int64_t campaign, const DeliveryCounts& counts,
                            const std::set<DeliveryState>& states) {
    std::int64_t rows = 0;
    for (const auto from : states) {
        if (!next_state(from, DeliveryEvent::requeue)) continue;
        auto erased = connection.query(
            "SELECT count(*) FROM deliveries INDEXED BY deliveries_erased "
            "WHERE campaign = ?1 AND state = ?2 AND ref_kind = 'erased'");
        erased.with(campaign, name(from)).next();
        rows += counts[from] - erased.integer(0);
    }
    return rows;
}

void begin_requeue(Write& write, std::int64_t campaign, const std::set<DeliveryState>& states, WallTime now) {
    write.query("UPDATE campaigns SET round = round + 1 WHERE number = ?1").with(campaign).run();
    for (const auto from : states)
        if (next_state(from, DeliveryEvent::requeue))
            write
                .query(
                    "INSERT OR REPLACE INTO requeues (campaign, state, round, behind) "
                    "SELECT number, ?2, round, -1 FROM campaigns WHERE number = ?1")
                .with(campaign, name(from))
                .run();
    requeue_some(write, campaign, now);
}

void end_requeue(Write& write, std::int64_t campaign) {
    write.query("DELETE FROM requeues WHERE campaign = ?1").with(campaign).run();
}

bool is_requeued(Connection& connection, std::int64_t campaign) {
    return connection.query("SELECT 1 FROM requeues WHERE campaign = ?1 LIMIT 1").with(campaign).next();
}

bool requeue_next(Write& write, WallTime now) {
    std::int64_t campaign = 0;
    bool expired = false;
    {
        auto row = write.query(
            "SELECT r.campaign, c.expires_at <= ?1 FROM requeues r CROSS JOIN campaigns c ON c.number = r.campaign "
            "ORDER BY r.campaign LIMIT 1");
        if (!row.with(now).next()) return false;
        campaign = row.integer(0);
        expired = row.boolean(1);
    }
    if (expired) end_requeue(write, campaign);
    requeue_some(write, campaign, now);
    return true;
}

}  // namespace herald::sqlite
