#include "adapters/store/sqlite/run_counts.hpp"

#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace herald::sqlite {
namespace {

const std::string& add_counts_sql() {
    static const std::string sql = [] {
        std::string set;
        for (std::size_t i = 0; i < all_run_states.size(); ++i)
            set += fmt::format("{0}{1} = {1} + ?{2}", i == 0 ? "" : ", ", name(all_run_states[i]), i + 2);
        return "UPDATE automation_counts SET " + set + " WHERE automation = ?1";
    }();
    return sql;
}

void add_counts(Connection& connection, std::int64_t automation, const RunCounts& delta) {
    const auto& by = delta.by_state;
    static_assert(all_run_states.size() == 5);
    connection.query(add_counts_sql()).with(automation, by[0], by[1], by[2], by[3], by[4]).run();
}

void add_open(Connection& connection, std::int64_t automation, std::int64_t version, std::int64_t runs) {
    if (runs == 0) return;
    connection.query("UPDATE automation_versions SET open_runs = open_runs + ?3 WHERE automation = ?1 AND number = ?2")
        .with(automation, version, runs)
        .run();
}

std::string sums() {
    std::string columns;
    for (const auto state : all_run_states)
        columns += fmt::format("{}coalesce(sum(k.{}), 0)", columns.empty() ? "" : ", ", name(state));
    return columns;
}

RunCounts to_counts(const Query& row) {
    RunCounts counts;
    for (std::size_t i = 0; i < all_run_states.size(); ++i) counts.by_state[i] = row.integer(static_cast<int>(i));
    return counts;
}

// Whether the states of the automation's runs were counted wrong; they are right afterwards.
bool correct_states(Connection& connection, std::int64_t automation) {
    static const std::string sql = "SELECT " + sums() + " FROM automation_counts k WHERE k.automation = ?1";
    RunCounts delta;
    {
        auto row = connection.query(
            "SELECT state, count(*) FROM automation_runs INDEXED BY automation_runs_state WHERE automation = ?1 "
            "GROUP BY state");
        row.with(automation);
        while (row.next())
            if (const auto state = run_state(row.text(0))) delta[*state] = row.integer(1);
    }
    {
        auto row = connection.query(sql);
        if (row.with(automation).next()) {
            const auto counted = to_counts(row);
            for (const auto state : all_run_states) delta[state] -= counted[state];
        }
    }
    if (delta == RunCounts{}) return false;
    add_counts(connection, automation, delta);
    return true;
}

bool correct_open(Connection& connection, std::int64_t automation) {
    std::map<std::int64_t, std::int64_t> delta;
    {
        auto row = connection.query(
            "SELECT version, count(*) FROM automation_runs INDEXED BY automation_runs_due "
            "WHERE automation = ?1 AND state = 'active' GROUP BY version");
        row.with(automation);
        while (row.next()) delta[row.integer(0)] += row.integer(1);
    }
    {
        auto row = connection.query("SELECT number, open_runs FROM automation_versions WHERE automation = ?1");
        row.with(automation);
        while (row.next()) delta[row.integer(0)] -= row.integer(1);
    }
    bool wrong = false;
    for (const auto& [version, runs] : delta) {
        wrong |= runs != 0;
        add_open(connection, automation, version, runs);
    }
    return wrong;
}

}  // namespace

void move_run(Connection& connection, std::int64_t automation, std::int64_t version, std::optional<RunState> from,
              RunState to) {
    if (from == to) return;
    RunCounts delta;
    if (from) --delta[*from];
    ++delta[to];
    add_counts(connection, automation, delta);
    add_open(connection, automation, version, delta[RunState::active]);
}

RunCounts run_counts(Connection& connection, const WorkspaceId& workspace) {
    static const std::string sql =
        "SELECT " + sums() +
        " FROM automations a JOIN automation_counts k ON k.automation = a.number WHERE a.workspace = ?1";
    auto row = connection.query(sql);
    return row.with(workspace).next() ? to_counts(row) : RunCounts{};
}

std::int64_t lost_steps(Connection& connection) {
    auto row = connection.query(
        "SELECT count(*) FROM automation_runs INDEXED BY automation_runs_intended WHERE intended = 1 "
        "AND state = 'active'");
    return row.next() ? row.integer(0) : 0;
}

std::int64_t check_run_counts(Connection& connection) {
    std::vector<std::int64_t> automations;
    {
        auto row = connection.query("SELECT number FROM automations WHERE workspace <> ''");
        while (row.next()) automations.push_back(row.integer(0));
    }
    std::int64_t corrected = 0;
    for (const auto automation : automations) {
        const bool states = correct_states(connection, automation);
        const bool open = correct_open(connection, automation);
        corrected += states || open ? 1 : 0;
    }
    return corrected;
}

}  // namespace herald::sqlite
