#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_set>
#include <utility>

#include "adapters/store/sqlite/run_rows.hpp"

namespace herald::sqlite {
namespace {

// Each active automation has its own line of runs; these are their heads, the longest due first.
struct Line {
    WallTime first{};
    std::int64_t automation{};
};

// `after`: only runs that are due later than that.
std::vector<Line> lines(Connection& connection, const WorkspaceId& workspace, WallTime after) {
    std::vector<Line> out;
    auto row = connection.query(
        "SELECT a.number, (SELECT r.wake_at FROM automation_runs r INDEXED BY automation_runs_due "
        "WHERE r.automation = a.number AND r.state = 'active' AND r.wake_at > ?2 ORDER BY r.wake_at LIMIT 1) "
        "FROM automations a INDEXED BY automations_active WHERE a.workspace = ?1 AND a.state = 'active'");
    row.with(workspace, after);
    while (row.next())
        if (!row.is_null(1)) out.push_back({row.time(1), row.integer(0)});
    std::ranges::sort(out, {}, &Line::first);
    return out;
}

using Places = std::set<std::pair<WallTime, std::int64_t>>;

// The first of all lines, at most `limit`; a line is left as soon as it cannot give an earlier one.
Places first_of(Connection& connection, const std::vector<Line>& lines, WallTime now, std::size_t limit,
                const std::unordered_set<std::int64_t>& held) {
    Places first;
    for (const auto& line : lines) {
        const bool full = first.size() == limit;
        const auto until = full ? std::min(now, first.rbegin()->first) : now;
        if (line.first > until) break;
        auto row = connection.query(
            "SELECT wake_at, number FROM automation_runs INDEXED BY automation_runs_due "
            "WHERE automation = ?1 AND state = 'active' AND wake_at <= ?2 ORDER BY wake_at LIMIT ?3");
        row.with(line.automation, until, limit + held.size());
        while (row.next()) {
            if (held.contains(row.integer(1))) continue;
            first.emplace(row.time(0), row.integer(1));
            if (first.size() > limit) first.erase(std::prev(first.end()));
        }
    }
    return first;
}

// What was on the wire when the process ended is settled also if its automation is not active any more. There is
// never more of it than was being executed.
void add_unsettled(Connection& connection, const WorkspaceId& workspace, WallTime now, std::size_t limit,
                   const std::unordered_set<std::int64_t>& held, Places& places) {
    auto row = connection.query(
        "SELECT r.wake_at, r.number FROM automation_runs r INDEXED BY automation_runs_intended "
        "CROSS JOIN automations a ON a.number = r.automation WHERE r.intended = 1 AND r.state = 'active' "
        "AND r.wake_at <= ?2 AND a.workspace = ?1 AND a.state <> 'active'");
    row.with(workspace, now);
    while (row.next()) {
        if (held.contains(row.integer(1))) continue;
        places.emplace(row.time(0), row.integer(1));
        if (places.size() > limit) places.erase(std::prev(places.end()));
    }
}

}  // namespace

DueRuns due_runs(Connection& connection, const WorkspaceId& workspace, WallTime now, std::size_t limit,
                 const std::vector<std::int64_t>& held) {
    DueRuns due;
    if (limit == 0) return due;
    const std::unordered_set<std::int64_t> in_hand(held.begin(), held.end());
    auto places = first_of(connection, lines(connection, workspace, WallTime::min()), now, limit, in_hand);
    add_unsettled(connection, workspace, now, limit, in_hand, places);
    for (const auto& [wake_at, number] : places)
        if (auto run = find_run(connection, workspace, number)) due.runs.push_back(std::move(*run));
    if (due.runs.size() < limit)
        if (const auto later = lines(connection, workspace, now); !later.empty()) due.next = later.front().first;
    return due;
}

}  // namespace herald::sqlite
