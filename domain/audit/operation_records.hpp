#pragma once
// What operations on one contact say about themselves. Tracked events are not among them: they report what happened
// elsewhere, and change nothing here.

#include <string>

#include "domain/audit/entry.hpp"
#include "domain/contact/contact.hpp"
#include "domain/contact/profile.hpp"
#include "domain/message/message.hpp"
#include "domain/ports/personal_data.hpp"

namespace herald {

std::string audit_resource(const ContactId& id);  // "contact:…"

// `message_sent`: a direct message has its outcome, whatever it is.
AuditRecord message_sent(const DirectMessage& message);

// `contact_created` or `contact_changed`, with the names of the fields that were given.
AuditRecord contact_put(const ContactId& id, const ContactChange& change, bool created);
AuditRecord note_created(const ContactId& contact, const std::string& note_id, std::int64_t admin_id);
// `tag_added` or `tag_removed`.
AuditRecord tag_changed(const ContactId& contact, const std::string& tag, bool added);

// The same, when nobody knows whether Intercom has executed it. Whom it is about stands there unless it is an address.
AuditRecord outcome_unknown(std::string action, const ContactRef& contact);

// `contact_data_erased`.
AuditRecord contact_data_erased(const ContactRef& contact, const Erased& erased);

}  // namespace herald
