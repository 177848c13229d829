#pragma once
// People, as we refer to them and as Intercom knows them. Two kinds of id are two types:
// ContactId is Intercom's, `external_id` is our caller's.

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "domain/core/id.hpp"

namespace herald {

using Variables = std::map<std::string, std::string>;

// How a caller names a person. Emails compare without regard to case: normalized() lowers them.
struct ContactRef {
    enum class Kind : std::uint8_t {
        id,
        external_id,
        email,
        erased,  // whose it was is not known any more; callers cannot name anybody so
    };
    Kind kind{};
    std::string value;

    friend auto operator<=>(const ContactRef&, const ContactRef&) = default;
};

std::string_view name(ContactRef::Kind kind);  // "id", "external_id", "email", "erased"
std::optional<ContactRef::Kind> contact_ref_kind(std::string_view text);
ContactRef normalized(ContactRef ref);

enum class Channel : std::uint8_t { email, in_app };

enum class ContactRole : std::uint8_t { user, lead };

struct Contact {
    ContactId id;
    ContactRole role{};
    std::optional<std::string> external_id;
    std::optional<std::string> email;
    bool unsubscribed_from_emails{};
    bool hard_bounced{};
    bool marked_email_as_spam{};
    bool archived{};
    bool blocked{};
    // What a template may use: name, email, phone, external_id and the scalar custom attributes.
    Variables attributes;

    friend bool operator==(const Contact&, const Contact&) = default;
};

// Why a person of the audience is sent nothing.
enum class SkipReason : std::uint8_t {
    duplicate,     // another row of the campaign resolved to the same contact
    unsubscribed,  // email only, as the next three
    bounced,
    marked_spam,
    no_email,
    archived,
    blocked,
    ambiguous_contact,  // several contacts match and none is preferred
    not_found,
    creation_refused,  // Intercom does not take this person as a new contact
    lookup_failed,     // Intercom gives no usable answer about this reference
    missing_variable,  // the template needs a variable that has neither value nor default
};

std::string_view name(SkipReason reason);

// Whether Intercom's record of the person forbids this channel. Rules: REST.md, "Delivery states".
std::optional<SkipReason> suppression(const Contact& contact, Channel channel);

}  // namespace herald
