#include "domain/contact/contact.hpp"

#include <algorithm>

namespace herald {

std::string_view name(ContactRef::Kind kind) {
    switch (kind) {
        case ContactRef::Kind::id:
            return "id";
        case ContactRef::Kind::external_id:
            return "external_id";
        case ContactRef::Kind::email:
            return "email";
        case ContactRef::Kind::erased:
            return "erased";
    }
    return "id";
}

std::optional<ContactRef::Kind> contact_ref_kind(std::string_view text) {
    for (const auto kind :
         {ContactRef::Kind::id, ContactRef::Kind::external_id, ContactRef::Kind::email, ContactRef::Kind::erased})
        if (name(kind) == text) return kind;
    return {};
}

std::vector<ContactRef> names_of(const Contact& contact) {
    std::vector<ContactRef> out{{ContactRef::Kind::id, contact.id.value}};
    if (contact.external_id) out.push_back({ContactRef::Kind::external_id, *contact.external_id});
    if (contact.email) out.push_back({ContactRef::Kind::email, *contact.email});
    return out;
}

ContactRef normalized(ContactRef ref) {
    if (ref.kind == ContactRef::Kind::email)
        std::ranges::transform(ref.value, ref.value.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return ref;
}

std::string_view name(ContactDate date) {
    switch (date) {
        case ContactDate::created_at:
            return "created_at";
        case ContactDate::signed_up_at:
            return "signed_up_at";
        case ContactDate::updated_at:
            return "updated_at";
        case ContactDate::last_seen_at:
            return "last_seen_at";
        case ContactDate::last_contacted_at:
            return "last_contacted_at";
        case ContactDate::last_replied_at:
            return "last_replied_at";
        case ContactDate::last_email_opened_at:
            return "last_email_opened_at";
        case ContactDate::last_email_clicked_at:
            return "last_email_clicked_at";
    }
    return "";
}

std::string_view name(SkipReason reason) {
    switch (reason) {
        case SkipReason::duplicate:
            return "duplicate";
        case SkipReason::unsubscribed:
            return "unsubscribed";
        case SkipReason::bounced:
            return "bounced";
        case SkipReason::marked_spam:
            return "marked_spam";
        case SkipReason::no_email:
            return "no_email";
        case SkipReason::archived:
            return "archived";
        case SkipReason::blocked:
            return "blocked";
        case SkipReason::ambiguous_contact:
            return "ambiguous_contact";
        case SkipReason::creation_refused:
            return "creation_refused";
        case SkipReason::lookup_failed:
            return "lookup_failed";
        case SkipReason::not_found:
            return "not_found";
        case SkipReason::missing_variable:
            return "missing_variable";
    }
    return "unknown";
}

std::optional<SkipReason> suppression(const Contact& contact, Channel channel) {
    if (contact.archived) return SkipReason::archived;
    if (contact.blocked) return SkipReason::blocked;
    if (channel != Channel::email) return {};
    if (contact.unsubscribed_from_emails) return SkipReason::unsubscribed;
    if (contact.hard_bounced) return SkipReason::bounced;
    if (contact.marked_email_as_spam) return SkipReason::marked_spam;
    if (!contact.email || contact.email->empty()) return SkipReason::no_email;
    return {};
}

}  // namespace herald
