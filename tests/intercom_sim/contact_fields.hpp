#pragma once
// The searchable fields of a contact.

#include "tests/intercom_sim/contact.hpp"
#include "tests/intercom_sim/query.hpp"
#include "tests/intercom_sim/tags.hpp"

namespace sim {

enum class ContactField : int {
    id,
    external_id,
    email,
    email_domain,
    name,
    role,
    owner_id,
    phone,
    avatar,
    language_override,
    tag_id,
    segment_id,
    created_at,
    updated_at,
    signed_up_at,
    last_seen_at,
    last_contacted_at,
    last_replied_at,
    unsubscribed_from_emails,
    has_hard_bounced,
    marked_email_as_spam,
    never_set,        // known to Intercom, always null here (browser, location, apps, opens and clicks)
    first_attribute,  // custom attribute N is first_attribute + N
};

FieldLookup contact_fields(const Attributes& attributes);

class ContactRecord final : public Record {
 public:
    ContactRecord(ContactIndex index, const Contact& contact, const Tags& tags)
        : index_(index), contact_(contact), tags_(tags) {}
    FieldValue value(int field) const override;
    bool has(int field, std::string_view member) const override;

 private:
    FieldValue attribute(AttributeId id) const;

    ContactIndex index_;
    const Contact& contact_;
    const Tags& tags_;
    mutable std::string id_;
};

}  // namespace sim
