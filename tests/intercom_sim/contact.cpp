#include "tests/intercom_sim/contact.hpp"

namespace sim {

Contact Contact::clone() const {
    Contact copy;
    copy.external_id = external_id;
    copy.email = email;
    copy.name = name;
    copy.attributes = attributes;
    if (extras) copy.extras = std::make_unique<ContactExtras>(*extras);
    copy.created_ms = created_ms;
    copy.updated_at = updated_at;
    copy.signed_up_at = signed_up_at;
    copy.role = role;
    copy.unsubscribed = unsubscribed;
    copy.hard_bounced = hard_bounced;
    copy.spam = spam;
    copy.archived = archived;
    copy.blocked = blocked;
    copy.deleted = deleted;
    return copy;
}

}  // namespace sim
