#include <utility>

#include "domain/filter/evaluate.hpp"

namespace herald {
namespace {

void add(Scalars& facts, std::string field, const std::optional<std::string>& text) {
    if (text && !text->empty()) facts.emplace(std::move(field), *text);
}

bool is_own_field(const std::string& attribute) {
    return attribute == "name" || attribute == "email" || attribute == "phone" || attribute == "external_id";
}

std::optional<std::string> domain_of(const std::optional<std::string>& email) {
    const auto at = email ? email->rfind('@') : std::string::npos;
    if (at == std::string::npos) return {};
    return email->substr(at + 1);
}

}  // namespace

Scalars facts_of(const Contact& contact) {
    Scalars facts;
    add(facts, "id", contact.id.value);
    add(facts, "external_id", contact.external_id);
    add(facts, "email", contact.email);
    add(facts, "email_domain", domain_of(contact.email));
    facts.emplace("role", contact.role == ContactRole::lead ? "lead" : "user");
    facts.emplace("unsubscribed_from_emails", contact.unsubscribed_from_emails);
    facts.emplace("has_hard_bounced", contact.hard_bounced);
    facts.emplace("marked_email_as_spam", contact.marked_email_as_spam);
    for (const auto date : all_contact_dates)
        if (const auto at = contact.dates.get(date))
            facts.emplace(name(date), std::int64_t{std::chrono::floor<seconds>(*at).time_since_epoch().count()});
    for (const auto& [attribute, value] : contact.attributes)
        if (is_own_field(attribute))
            add(facts, attribute, value);
        else
            facts.emplace(std::string(custom_prefix) + attribute, value);
    return facts;
}

void add_event_facts(Scalars& facts, const std::string& event_name, const Scalars& metadata) {
    facts.insert_or_assign(std::string(event_name_field), event_name);
    for (const auto& [key, value] : metadata)
        if (!std::holds_alternative<std::monostate>(value))
            facts.insert_or_assign(std::string(event_metadata_prefix) + key, value);
}

}  // namespace herald
