#include "adapters/store/sqlite/automation_sweep.hpp"

#include <algorithm>
#include <optional>

#include "adapters/store/sqlite/automation_rows.hpp"
#include "domain/automation/event.hpp"

namespace herald::sqlite {
namespace {

constexpr std::int64_t cancelled_at_once = 2'000;
constexpr std::chrono::days firings_kept{90};

std::int64_t remove_events(Write& write, std::int64_t limit, WallTime now) {
    return write
        .query(
            "DELETE FROM automation_events WHERE number IN (SELECT number FROM automation_events "
            "INDEXED BY automation_events_age WHERE taken_at < ?1 AND arrival <> 'pending' AND report <> 'queued' "
            "ORDER BY taken_at LIMIT ?2)")
        .with(now - events_kept, limit)
        .run();
}

// The last one of an automation stays: people see it there.
std::int64_t remove_old_firings(Write& write, std::int64_t limit, WallTime now) {
    return write
        .query(
            "DELETE FROM automation_firings WHERE number IN (SELECT f.number FROM automation_firings f "
            "INDEXED BY automation_firings_age WHERE f.at < ?1 "
            "AND f.state NOT IN ('counting', 'confirming', 'loading') AND f.number < (SELECT max(l.number) "
            "FROM automation_firings l INDEXED BY automation_firings_listed WHERE l.automation = f.automation) "
            "ORDER BY f.at LIMIT ?2)")
        .with(now - firings_kept, limit)
        .run();
}

std::optional<std::int64_t> next_removed(Write& write) {
    auto row = write.query(
        "SELECT number FROM automations INDEXED BY automations_removed WHERE workspace = '' ORDER BY number LIMIT 1");
    if (!row.next()) return {};
    return row.integer(0);
}

// A run goes with its whole trace, which has no more than 1,000 entries; its rows count.
std::int64_t remove_runs(Write& write, std::int64_t automation, std::int64_t limit) {
    std::vector<std::int64_t> runs;
    {
        auto row = write.query(
            "SELECT number FROM automation_runs INDEXED BY automation_runs_listed "
            "WHERE automation = ?1 LIMIT ?2");
        row.with(automation, limit);
        while (row.next()) runs.push_back(row.integer(0));
    }
    std::int64_t removed = 0;
    for (const auto run : runs) {
        if (removed >= limit) break;
        removed += write.query("DELETE FROM run_steps WHERE run = ?1").with(run).run();
        removed += write.query("DELETE FROM automation_runs WHERE number = ?1").with(run).run();
    }
    return removed;
}

std::int64_t remove_histories(Write& write, std::int64_t automation, std::int64_t limit) {
    return write
        .query(
            "DELETE FROM automation_histories WHERE (workspace, contact_id, automation) IN (SELECT workspace, "
            "contact_id, automation FROM automation_histories INDEXED BY automation_histories_automation "
            "WHERE automation = ?1 LIMIT ?2)")
        .with(automation, limit)
        .run();
}

std::int64_t remove_firings(Write& write, std::int64_t automation, std::int64_t limit) {
    return write
        .query(
            "DELETE FROM automation_firings WHERE number IN (SELECT number FROM automation_firings "
            "INDEXED BY automation_firings_listed WHERE automation = ?1 LIMIT ?2)")
        .with(automation, limit)
        .run();
}

// The automation itself goes when nothing hangs on it.
std::int64_t remove_some(Write& write, std::int64_t automation, std::int64_t limit) {
    auto left = limit - remove_runs(write, automation, limit);
    if (left > 0) left -= remove_histories(write, automation, left);
    if (left > 0) left -= remove_firings(write, automation, left);
    if (left <= 0) return limit;
    for (const auto* sql :
         {"DELETE FROM automation_versions WHERE automation = ?1",
          "DELETE FROM automation_counts WHERE automation = ?1", "DELETE FROM automations WHERE number = ?1"})
        left -= write.query(sql).with(automation).run();
    return limit - left;
}

}  // namespace

// No workspace has an empty name.
void begin_removal_of_automation(Write& write, std::int64_t automation, WallTime now) {
    write.query("UPDATE automations SET workspace = '', next_fire_at = NULL, updated_at = ?2 WHERE number = ?1")
        .with(automation, now)
        .run();
    write
        .query(
            "UPDATE automation_runs SET state = 'cancelled', ended_at = ?2, fence = fence + 1 WHERE number IN "
            "(SELECT number FROM automation_runs INDEXED BY automation_runs_state WHERE automation = ?1 "
            "AND state = 'active' LIMIT ?3)")
        .with(automation, now, cancelled_at_once)
        .run();
}

bool sweep_automations(Write& write, std::size_t rows, WallTime now) {
    const auto limit = static_cast<std::int64_t>(rows);
    auto left = limit - remove_events(write, limit, now);
    if (left > 0) left -= remove_old_firings(write, left, now);
    while (left > 0) {
        const auto automation = next_removed(write);
        if (!automation) return false;
        left -= remove_some(write, *automation, left);
    }
    return true;
}

}  // namespace herald::sqlite
