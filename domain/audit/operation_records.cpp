#include "domain/audit/operation_records.hpp"

#include <string_view>

namespace herald {
namespace {

std::string given_fields(const ContactChange& change) {
    std::string out;
    const auto add = [&](std::string_view field, bool given) {
        if (!given) return;
        if (!out.empty()) out += ',';
        out += field;
    };
    add("external_id", change.external_id.has_value());
    add("email", change.email.has_value());
    add("name", change.name.has_value());
    add("phone", change.phone.has_value());
    add("signed_up_at", change.signed_up_at.has_value());
    add("unsubscribed_from_emails", change.unsubscribe_from_emails);
    add("custom_attributes", !change.custom_attributes.empty());
    return out;
}

std::string resource_of(const ContactRef& ref) {
    return ref.kind == ContactRef::Kind::id ? audit_resource(ContactId{ref.value}) : "contact";
}

}  // namespace

std::string audit_resource(const ContactId& id) {
    return "contact:" + id.value;
}

AuditRecord message_sent(const DirectMessage& message) {
    AuditRecord record{"message_sent", "message:" + message.id.value, {}};
    record.details = {{"contact_id", message.contact.value},
                      {"channel", std::string(name(message.channel))},
                      {"outcome", std::string(name(message.state))},
                      {"attempts", message.attempts},
                      {"possible_duplicate", message.possible_duplicate}};
    if (!message.reason.empty()) record.details["reason"] = message.reason;
    return record;
}

AuditRecord contact_put(const ContactId& id, const ContactChange& change, bool created) {
    return {created ? "contact_created" : "contact_changed", audit_resource(id), {{"fields", given_fields(change)}}};
}

AuditRecord note_created(const ContactId& contact, const std::string& note_id, std::int64_t admin_id) {
    return {"note_created", audit_resource(contact), {{"note_id", note_id}, {"author_admin_id", admin_id}}};
}

AuditRecord tag_changed(const ContactId& contact, const std::string& tag, bool added) {
    return {added ? "tag_added" : "tag_removed", audit_resource(contact), {{"tag", tag}}};
}

AuditRecord outcome_unknown(std::string action, const ContactRef& contact) {
    return {std::move(action), resource_of(contact), {{"outcome", std::string("unknown")}}};
}

AuditRecord contact_data_erased(const ContactRef& contact, const Erased& erased) {
    return {"contact_data_erased",
            resource_of(contact),
            {{"deliveries", erased.deliveries},
             {"cancelled", erased.cancelled},
             {"messages", erased.messages},
             {"events", erased.events},
             {"answers", erased.answers},
             {"runs", erased.runs},
             {"automation_events", erased.automation_events},
             {"automations", erased.automations}}};
}

}  // namespace herald
