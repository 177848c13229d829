#include "adapters/store/sqlite/recovery.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "adapters/store/sqlite/audience.hpp"
#include "adapters/store/sqlite/idempotency.hpp"
#include "adapters/store/sqlite/message_store.hpp"
#include "adapters/store/sqlite/run_counts.hpp"
#include "domain/audit/records.hpp"

namespace herald::sqlite {
namespace {

std::int64_t meta(Write& write, std::string_view name) {
    auto row = write.query("SELECT value FROM meta WHERE name = ?1");
    return row.with(name).next() ? row.integer(0) : 0;
}

void set_meta(Write& write, std::string_view name, std::int64_t value) {
    write.query("INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value")
        .with(name, value)
        .run();
}

constexpr std::string_view fruitless_starts = "fruitless_starts";

struct Sent {
    std::int64_t number{};
    std::int64_t campaign{};
    std::int64_t claims{};
    std::int64_t attempts{};
};

std::vector<Sent> sent_rows(Write& write) {
    std::vector<Sent> sent;
    auto row = write.query(
        "SELECT d.number, d.campaign, d.claims, d.attempts FROM campaigns c CROSS JOIN deliveries d "
        "INDEXED BY deliveries_state ON d.campaign = c.number AND d.state = 'inflight'");
    while (row.next()) sent.push_back({row.integer(0), row.integer(1), row.integer(2), row.integer(3)});
    return sent;
}

// Nobody knows what became of it, and it is never sent again by itself.
void lose(Write& write, const Sent& row, WallTime now) {
    write
        .query(
            "UPDATE deliveries SET state = 'unknown', reason = 'crash', updated_at = ?2, "
            "round = (SELECT c.round FROM campaigns c WHERE c.number = ?3) WHERE number = ?1 AND state = 'inflight'")
        .with(row.number, now, row.campaign)
        .run();
    write
        .query(
            "INSERT INTO attempts (delivery, workspace, claim, n, at, event, reason, detail, request_id) "
            "SELECT number, workspace, ?2, ?3, ?4, 'lose', 'crash', '', '' FROM deliveries WHERE number = ?1")
        .with(row.number, row.claims, row.attempts, now)
        .run();
    write.changes().move(row.campaign, DeliveryState::inflight, DeliveryState::unknown);
    write.changes().reason(row.campaign, DeliveryState::unknown, "crash", 1);
}

std::vector<std::int64_t> numbers(Write& write, std::string_view sql) {
    std::vector<std::int64_t> out;
    auto row = write.query(sql);
    while (row.next()) out.push_back(row.integer(0));
    return out;
}

// By the machine itself, and each of them.
std::int64_t pause_running(Write& write, WallTime now) {
    std::int64_t paused = 0;
    for (const auto campaign : numbers(write, "SELECT number FROM campaigns WHERE state = 'running'")) {
        auto row = write.query(
            "UPDATE campaigns SET state = ?2, paused_for = ?3, version = version + 1 WHERE number = ?1 "
            "RETURNING id, workspace");
        row.with(campaign, name(CampaignState::paused), name(PauseReason::crash_loop));
        if (!row.next()) continue;
        auto record =
            campaign_changed({row.text(0)}, CampaignEvent::pause, CampaignState::running, CampaignState::paused);
        record.details["reason"] = std::string(name(PauseReason::crash_loop));
        write.audit(machine({row.text(1)}), now, std::move(record));
        write.changes().touch(campaign);
        ++paused;
    }
    return paused;
}

}  // namespace

void CrashGuard::claimed(Write& write) {
    if (counted_ || settled_) return;
    set_meta(write, fruitless_starts, earlier_ + 1);
    write.after_commit([this] { counted_ = true; });
}

void CrashGuard::settled(Write& write) {
    if (settled_) return;
    set_meta(write, fruitless_starts, 0);
    write.after_commit([this] { settled_ = true; });
}

bool CrashGuard::tripped(Write& write) {
    const auto starts = meta(write, fruitless_starts);
    const bool tripped = starts >= limit;
    earlier_ = tripped ? 0 : starts;
    if (tripped) set_meta(write, fruitless_starts, 0);
    return tripped;
}

Recovery recover(Write& write, WallTime now, CrashGuard& guard) {
    Recovery recovery;
    recovery.epoch = meta(write, "epoch") + 1;
    set_meta(write, "epoch", recovery.epoch);
    write.claims().begin_epoch(recovery.epoch);
    write.changes().happened(now);

    // Before anything moves: a counter that is wrong here was wrong before.
    const auto open = numbers(
        write,
        "SELECT number FROM campaigns WHERE state IN ('draft', 'scheduled', 'running', 'paused') OR sweeping = 1");
    recovery.corrected_campaigns = std::ranges::count_if(
        open, [&](std::int64_t campaign) { return check_counts(write.connection(), campaign).corrected; });

    for (const auto& row : sent_rows(write)) {
        lose(write, row, now);
        ++recovery.lost;
    }
    recovery.lost_messages = lose_messages(write, now);
    recovery.lost_steps = lost_steps(write.connection());
    recovery.corrected_automations = check_run_counts(write.connection());
    interrupt_keys(write);
    if (guard.tripped(write)) recovery.paused_campaigns = pause_running(write, now);
    close_uploads(write, now);
    {
        auto row = write.query(
            "SELECT workspace FROM campaigns WHERE state IN ('draft', 'running', 'paused') "
            "UNION SELECT workspace FROM automations WHERE state = 'active' AND workspace <> ''");
        while (row.next()) recovery.workspaces.push_back({row.text(0)});
    }
    // Also completes what the last process left without open rows.
    for (const auto campaign : open) write.changes().touch(campaign);
    return recovery;
}

}  // namespace herald::sqlite
