#include "adapters/store/sqlite/automation_rows.hpp"

#include <limits>

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>

namespace herald::sqlite {
namespace {

const std::string& select_automations() {
    static const std::string sql = [] {
        std::string counts;
        for (const auto state : all_run_states) counts += fmt::format(", k.{}", name(state));
        return "SELECT a.number, a.id, a.workspace, a.name, a.state, a.version, a.revision, v.document, "
               "a.trigger_type, a.action_count, a.created_by, a.created_at, a.updated_at, a.next_fire_at" +
               counts +
               " FROM automations a JOIN automation_versions v ON v.automation = a.number AND v.number = a.version "
               "JOIN automation_counts k ON k.automation = a.number ";
    }();
    return sql;
}

std::optional<Firing> last_firing(Connection& connection, std::int64_t automation) {
    static const std::string sql =
        select_firings("automation_firings_listed") + "WHERE f.automation = ?1 ORDER BY f.number DESC LIMIT 1";
    auto row = connection.query(sql);
    if (!row.with(automation).next()) return {};
    return to_firing(row);
}

Automation to_automation(Connection& connection, const Query& row) {
    int column = 0;
    const auto next = [&column] { return column++; };
    const auto number = row.integer(next());
    Automation a;
    a.id.value = row.text(next());
    a.workspace.value = row.text(next());
    a.name = row.text(next());
    a.state = automation_state(row.text(next())).value_or(AutomationState::inactive);
    a.version = row.integer(next());
    a.revision = row.integer(next());
    a.document = row.text(next());
    a.trigger_type = row.text(next());
    a.action_count = row.integer(next());
    a.created_by = row.optional_text(next());
    a.created_at = row.time(next());
    a.updated_at = row.time(next());
    a.next_fire_at = row.optional_time(next());
    for (const auto state : all_run_states) a.runs[state] = row.integer(next());
    a.last_firing = last_firing(connection, number);
    return a;
}

// One text per combination of filters.
std::string page_sql(const AutomationQuery& query) {
    std::string sql = select_automations() + "WHERE a.workspace = ?1";
    if (query.state) sql += " AND a.state = ?2";
    if (query.after) sql += query.ascending ? " AND a.id > ?3" : " AND a.id < ?3";
    sql += query.ascending ? " ORDER BY a.id" : " ORDER BY a.id DESC";
    return sql + " LIMIT ?4";
}

}  // namespace

Error no_such_automation() {
    return {Errc::not_found, "no such automation"};
}

std::optional<Automation> find_automation(Connection& connection, const WorkspaceId& workspace,
                                          const AutomationId& id) {
    static const std::string sql = select_automations() + "WHERE a.id = ?2 AND a.workspace = ?1";
    auto row = connection.query(sql);
    if (!row.with(workspace, id).next()) return {};
    return to_automation(connection, row);
}

std::optional<std::int64_t> automation_number(Connection& connection, const WorkspaceId& workspace,
                                              const AutomationId& id) {
    auto row = connection.query("SELECT number FROM automations WHERE id = ?2 AND workspace = ?1");
    if (!row.with(workspace, id).next()) return {};
    return row.integer(0);
}

std::vector<Automation> automation_page(Connection& connection, const WorkspaceId& workspace,
                                        const AutomationQuery& query) {
    std::vector<Automation> page;
    auto row = connection.query(page_sql(query));
    row.with(workspace, query.state ? std::optional(name(*query.state)) : std::nullopt, query.after, query.limit);
    while (row.next()) page.push_back(to_automation(connection, row));
    return page;
}

std::vector<AutomationVersion> version_page(Connection& connection, const AutomationId& id, std::int64_t automation,
                                            std::optional<std::int64_t> before, std::size_t limit) {
    std::vector<AutomationVersion> page;
    auto row = connection.query(
        "SELECT number, document, created_at, actor FROM automation_versions WHERE automation = ?1 AND number < ?2 "
        "ORDER BY number DESC LIMIT ?3");
    row.with(automation, before.value_or(std::numeric_limits<std::int64_t>::max()), limit);
    while (row.next()) page.push_back({id, row.integer(0), row.text(1), row.time(2), row.text(3)});
    return page;
}

void insert_automation(Connection& connection, const Automation& a, const std::string& actor) {
    std::int64_t number = 0;
    {
        auto row = connection.query(
            "INSERT INTO automations (id, workspace, name, state, version, revision, trigger_type, action_count, "
            "created_by, created_at, updated_at, next_fire_at) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) RETURNING number");
        row.with(a.id, a.workspace, a.name, name(a.state), a.version, a.revision, a.trigger_type, a.action_count,
                 a.created_by, a.created_at, a.updated_at, a.next_fire_at);
        if (!row.next()) throw SQLite::Exception("an automation was not stored");
        number = row.integer(0);
    }
    connection.query("INSERT INTO automation_counts (automation) VALUES (?1)").with(number).run();
    insert_version(connection, number, a, actor, a.created_at);
}

void insert_version(Connection& connection, std::int64_t automation, const Automation& says, const std::string& actor,
                    WallTime now) {
    connection
        .query(
            "INSERT INTO automation_versions (automation, number, document, created_at, actor) "
            "VALUES (?1, ?2, ?3, ?4, ?5)")
        .with(automation, says.version, says.document, now, actor)
        .run();
}

std::string select_firings(std::string_view index) {
    return fmt::format(
        "SELECT f.number, a.id, f.version, f.at, f.state, f.people, f.entered, f.source, f.cursor, f.reason, "
        "f.automation, a.workspace FROM automation_firings f {}{} JOIN automations a ON a.number = f.automation ",
        index.empty() ? "" : "INDEXED BY ", index);
}

Firing to_firing(const Query& row) {
    Firing f;
    f.number = row.integer(0);
    f.automation.value = row.text(1);
    f.version = row.integer(2);
    f.at = row.time(3);
    f.state = firing_state(row.text(4)).value_or(FiringState::dropped);
    f.people = row.integer(5);
    f.entered = row.integer(6);
    f.source = static_cast<std::size_t>(row.integer(7));
    f.cursor = row.optional_text(8);
    f.reason = row.text(9);
    return f;
}

std::vector<InUse> versions_in_use(Connection& connection, const WorkspaceId& workspace) {
    std::vector<InUse> out;
    auto row = connection.query(
        "SELECT a.id, v.number, a.state = 'active' AND v.number = a.version, v.document "
        "FROM automations a JOIN automation_versions v ON v.automation = a.number "
        "WHERE a.workspace = ?1 AND ((a.state = 'active' AND v.number = a.version) OR v.open_runs > 0 "
        "OR EXISTS (SELECT 1 FROM automation_firings f INDEXED BY automation_firings_unended "
        "WHERE f.automation = a.number AND f.version = v.number AND f.state IN ('counting', 'confirming', 'loading'))) "
        "ORDER BY a.id, v.number");
    row.with(workspace);
    while (row.next()) out.push_back({{row.text(0)}, row.integer(1), row.boolean(2), row.text(3)});
    return out;
}

}  // namespace herald::sqlite
