#include "adapters/store/sqlite/person.hpp"

#include "adapters/store/sqlite/rows.hpp"

namespace herald::sqlite {
namespace {

constexpr std::int64_t rows_at_once = 20'000;

bool learn_from_automations(Connection& connection, const WorkspaceId& workspace, Person& person) {
    bool learned = false;
    const auto names = person.names;
    for (const auto& known : names) {
        auto contact = connection.query(
            "SELECT contact_id FROM automation_events INDEXED BY automation_events_ref WHERE workspace = ?1 "
            "AND ref_kind = ?2 AND ref <> '' AND CASE ref_kind WHEN 'email' THEN lower(ref) ELSE ref END = ?3 "
            "UNION SELECT contact_id FROM automation_runs INDEXED BY automation_runs_ref WHERE workspace = ?1 "
            "AND ref_kind IN ('email', 'external_id') AND ref_kind = ?2 "
            "AND CASE ref_kind WHEN 'email' THEN lower(ref) ELSE ref END = ?3");
        contact.with(workspace, name(known.kind), known.value);
        while (contact.next()) learned |= person.learn(contact.text(0));
    }
    const auto contacts = person.contacts;
    for (const auto& id : contacts) {
        auto ref = connection.query(
            "SELECT ref_kind, ref FROM automation_events INDEXED BY automation_events_person WHERE workspace = ?1 "
            "AND contact_id <> '' AND contact_id = ?2 "
            "UNION SELECT ref_kind, ref FROM automation_runs INDEXED BY automation_runs_person WHERE workspace = ?1 "
            "AND contact_id <> '' AND contact_id = ?2");
        ref.with(workspace, id);
        while (ref.next()) learned |= person.learn(to_ref(ref.text(0), ref.text(1)));
    }
    return learned;
}

}  // namespace

bool Person::learn(const ContactRef& name) {
    if (name.kind == ContactRef::Kind::erased || name.value.empty()) return false;
    bool fresh = names.insert(normalized(name)).second;
    if (name.kind == ContactRef::Kind::id) fresh |= learn(name.value);
    return fresh;
}

bool Person::learn(const std::string& contact_id) {
    return !contact_id.empty() && contacts.insert(contact_id).second;
}

bool Person::is(const ContactRef& name, const std::string& contact_id) const {
    return contacts.contains(contact_id) || names.contains(name);
}

bool learn_more(Connection& connection, const WorkspaceId& workspace, Person& person) {
    bool learned = false;
    const auto names = person.names;
    for (const auto& known : names) {
        auto contact = connection.query(
            "SELECT contact_id FROM contacts WHERE workspace = ?1 AND ref_kind = ?2 AND ref = ?3 "
            "UNION SELECT contact_id FROM messages INDEXED BY messages_ref WHERE workspace = ?1 AND ref_kind = ?2 "
            "AND CASE ref_kind WHEN 'email' THEN lower(ref) ELSE ref END = ?3");
        contact.with(workspace, name(known.kind), known.value);
        while (contact.next()) learned |= person.learn(contact.text(0));
    }
    const auto contacts = person.contacts;
    for (const auto& id : contacts) {
        learned |= person.learn(ContactRef{ContactRef::Kind::id, id});
        auto ref = connection.query(
            "SELECT ref_kind, ref FROM contacts WHERE workspace = ?1 AND contact_id = ?2 "
            "UNION SELECT ref_kind, ref FROM messages INDEXED BY messages_person WHERE workspace = ?1 AND contact_id = "
            "?2");
        ref.with(workspace, id);
        while (ref.next()) learned |= person.learn(to_ref(ref.text(0), ref.text(1)));
    }
    return learn_from_automations(connection, workspace, person) || learned;
}

Slice find_deliveries(Connection& connection, const WorkspaceId& workspace, std::int64_t after, Person& person,
                      std::set<std::int64_t>& found) {
    Slice slice;
    std::int64_t seen = 0;
    auto row = connection.query(
        "SELECT number, ref_kind, ref, coalesce(contact_id, '') FROM deliveries WHERE number > ?1 AND workspace = ?2 "
        "ORDER BY number LIMIT ?3");
    row.with(after, workspace, rows_at_once);
    for (; row.next(); ++seen) {
        slice.next = row.integer(0);
        const auto ref = normalized(to_ref(row.text(1), row.text(2)));
        const auto contact_id = row.text(3);
        if (!person.is(ref, contact_id)) continue;
        found.insert(*slice.next);
        slice.learned |= person.learn(ref);
        slice.learned |= person.learn(contact_id);
    }
    if (seen < rows_at_once) slice.next.reset();
    return slice;
}

std::vector<std::string> find_messages(Connection& connection, const WorkspaceId& workspace, const Person& person) {
    std::set<std::string> found;
    const auto take = [&](Query& row) {
        while (row.next()) found.insert(row.text(0));
    };
    for (const auto& id : person.contacts) {
        auto row = connection.query(
            "SELECT id FROM messages INDEXED BY messages_person WHERE workspace = ?1 AND contact_id = ?2");
        take(row.with(workspace, id));
    }
    for (const auto& known : person.names) {
        auto row = connection.query(
            "SELECT id FROM messages INDEXED BY messages_ref WHERE workspace = ?1 AND ref_kind = ?2 "
            "AND CASE ref_kind WHEN 'email' THEN lower(ref) ELSE ref END = ?3");
        take(row.with(workspace, name(known.kind), known.value));
    }
    return {found.begin(), found.end()};
}

}  // namespace herald::sqlite
