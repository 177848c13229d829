#include "api/operation_views.hpp"

#include "api/campaign_view.hpp"

namespace herald::api {
MessageView message_view(const DirectMessage& message) {
    MessageView out;
    out.id = message.id.value;
    out.workspace = message.workspace.value;
    out.contact = contact_view(message.ref);
    out.contact_id = message.contact.value;
    out.channel = message.channel;
    if (message.channel == Channel::email) {
        out.subject = message.subject;
        out.style = message.style;
    }
    out.body_html = message.body;
    out.sender_admin_id = message.admin_id;
    out.delivery_policy = message.policy;
    out.state = message.state;
    out.attempts = message.attempts;
    out.possible_duplicate = message.possible_duplicate;
    out.intercom_message_id = unless_empty(message.intercom_id);
    out.intercom_request_id = unless_empty(message.request_id);
    out.reason = unless_empty(message.reason);
    out.detail = unless_empty(message.detail);
    out.created_at = message.created_at;
    out.updated_at = message.updated_at;
    return out;
}

ContactProfileView contact_profile_view(const ContactProfile& profile) {
    const auto& contact = profile.contact;
    ContactProfileView out;
    out.id = contact.id.value;
    out.role = contact.role;
    out.external_id = contact.external_id;
    out.email = contact.email;
    out.name = profile.name;
    out.phone = profile.phone;
    out.owner_id = profile.owner_id;
    out.unsubscribed_from_emails = contact.unsubscribed_from_emails;
    out.has_hard_bounced = contact.hard_bounced;
    out.marked_email_as_spam = contact.marked_email_as_spam;
    out.archived = contact.archived;
    out.blocked = contact.blocked;
    out.created_at = profile.created_at;
    out.updated_at = profile.updated_at;
    out.signed_up_at = profile.signed_up_at;
    out.last_seen_at = profile.last_seen_at;
    out.last_contacted_at = profile.last_contacted_at;
    out.last_replied_at = profile.last_replied_at;
    out.last_email_opened_at = profile.last_email_opened_at;
    out.last_email_clicked_at = profile.last_email_clicked_at;
    out.custom_attributes = profile.custom_attributes;
    return out;
}

}  // namespace herald::api
