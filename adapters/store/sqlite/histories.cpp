#include "adapters/store/sqlite/histories.hpp"

#include <SQLiteCpp/Exception.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace herald::sqlite {
namespace {

namespace json = boost::json;

std::string times_text(const std::vector<WallTime>& times) {
    if (times.empty()) return {};
    json::array array;
    for (const auto time : times) array.emplace_back(std::int64_t{time.time_since_epoch().count()});
    return json::serialize(array);
}

std::vector<WallTime> to_times(const std::string& text) {
    if (text.empty()) return {};
    boost::system::error_code error;
    const auto parsed = json::parse(text, error);
    if (error || !parsed.is_array()) throw SQLite::Exception("stored times are not a JSON array");
    std::vector<WallTime> times;
    for (const auto& each : parsed.get_array())
        if (const auto* time = each.if_int64()) times.emplace_back(milliseconds{*time});
    return times;
}

}  // namespace

History history_of(Write& write, const WorkspaceId& workspace, const ContactId& contact, std::int64_t automation) {
    History history;
    auto row = write.query(
        "SELECT entries, last_entry, last_date, occurrences FROM automation_histories "
        "WHERE workspace = ?1 AND contact_id = ?2 AND automation = ?3");
    if (!row.with(workspace, contact, automation).next()) return history;
    history.entries = row.integer(0);
    history.last_entry = row.optional_time(1);
    history.last_date = row.text(2);
    history.occurrences = to_times(row.text(3));
    return history;
}

void keep_history(Write& write, const WorkspaceId& workspace, const ContactId& contact, std::int64_t automation,
                  const History& history) {
    write
        .query(
            "INSERT OR REPLACE INTO automation_histories (workspace, contact_id, automation, entries, last_entry, "
            "last_date, occurrences) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .with(workspace, contact, automation, history.entries, history.last_entry, history.last_date,
              times_text(history.occurrences))
        .run();
}

Values values_of(Write& write, const WorkspaceId& workspace, const ContactId& contact) {
    Values values;
    auto row = write.query("SELECT metric, value FROM contact_values WHERE workspace = ?1 AND contact_id = ?2");
    row.with(workspace, contact);
    while (row.next()) values.emplace(row.text(0), row.real(1));
    return values;
}

void keep_values(Write& write, const WorkspaceId& workspace, const ContactId& contact, const Values& values,
                 WallTime now) {
    for (const auto& [metric, value] : values)
        write
            .query(
                "INSERT OR REPLACE INTO contact_values (workspace, contact_id, metric, value, seen_at) "
                "VALUES (?1, ?2, ?3, ?4, ?5)")
            .with(workspace, contact, metric, value, now)
            .run();
}

}  // namespace herald::sqlite
