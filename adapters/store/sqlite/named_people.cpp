#include "adapters/store/sqlite/named_people.hpp"

#include <optional>
#include <set>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace herald::sqlite {
namespace {

namespace json = boost::json;

json::object* audience_in(json::value& document) {
    auto* at = document.if_object();
    for (const auto* member : {"trigger", "audience"}) {
        if (at == nullptr) return nullptr;
        auto* found = at->if_contains(member);
        at = found == nullptr ? nullptr : found->if_object();
    }
    return at;
}

bool names_person(const json::value& contact, const Person& person) {
    const auto* named = contact.if_object();
    if (named == nullptr) return false;
    using Kind = ContactRef::Kind;
    for (const auto kind : {Kind::id, Kind::external_id, Kind::email}) {
        const auto* value = named->if_contains(name(kind));
        if (value == nullptr || !value->is_string()) continue;
        if (person.is(normalized({kind, std::string(value->get_string())}), {})) return true;
    }
    return false;
}

// Nullopt: the document does not name the person.
std::optional<std::string> without(const std::string& document, const Person& person) {
    boost::system::error_code malformed;
    auto value = json::parse(document, malformed);
    auto* audience = malformed ? nullptr : audience_in(value);
    auto* found = audience == nullptr ? nullptr : audience->if_contains("contacts");
    auto* contacts = found == nullptr ? nullptr : found->if_array();
    if (contacts == nullptr) return {};
    json::array others;
    for (auto& contact : *contacts)
        if (!names_person(contact, person)) others.push_back(contact);
    if (others.size() == contacts->size()) return {};
    if (others.empty() && audience->size() > 1)
        audience->stable_erase(audience->find("contacts"));
    else
        *contacts = std::move(others);
    return json::serialize(value);
}

}  // namespace

std::vector<NamedIn> find_named(Connection& connection, const WorkspaceId& workspace, const Person& person) {
    std::vector<NamedIn> out;
    auto row = connection.query(
        "SELECT v.automation, a.id, v.number, v.document, a.workspace <> '' AND EXISTS (SELECT 1 "
        "FROM automation_firings f INDEXED BY automation_firings_unended WHERE f.automation = v.automation "
        "AND f.version = v.number AND f.state IN ('counting', 'confirming', 'loading') AND f.state <> 'confirming') "
        "FROM automations a CROSS JOIN automation_versions v ON v.automation = a.number "
        "WHERE a.workspace IN (?1, '') AND instr(v.document, '\"contacts\"') > 0");
    row.with(workspace);
    while (row.next())
        if (auto rest = without(row.text(3), person))
            out.push_back({row.integer(0), row.text(1), row.integer(2), *std::move(rest), row.boolean(4)});
    return out;
}

void forget_named(Write& write, const std::vector<NamedIn>& found) {
    std::set<std::int64_t> automations;
    for (const auto& each : found) {
        write.query("UPDATE automation_versions SET document = ?3 WHERE automation = ?1 AND number = ?2")
            .with(each.automation, each.version, each.without)
            .run();
        if (!automations.insert(each.automation).second) continue;
        write.query("UPDATE automations SET revision = revision + 1 WHERE number = ?1").with(each.automation).run();
    }
}

}  // namespace herald::sqlite
