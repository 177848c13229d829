#pragma once
// People, as we refer to them and as Intercom knows them. Two kinds of id are two types:
// ContactId is Intercom's, `external_id` is our caller's.

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/core/id.hpp"
#include "domain/core/time.hpp"

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

// When something happened to or with a person, as Intercom shows it.
enum class ContactDate : std::uint8_t {
    created_at,
    signed_up_at,
    updated_at,
    last_seen_at,
    last_contacted_at,
    last_replied_at,
    last_email_opened_at,
    last_email_clicked_at,
};

inline constexpr std::array all_contact_dates{ContactDate::created_at,           ContactDate::signed_up_at,
                                              ContactDate::updated_at,           ContactDate::last_seen_at,
                                              ContactDate::last_contacted_at,    ContactDate::last_replied_at,
                                              ContactDate::last_email_opened_at, ContactDate::last_email_clicked_at};

std::string_view name(ContactDate date);  // the enumerator's own

class ContactDates {
 public:
    std::optional<WallTime> get(ContactDate date) const {
        const auto at = seconds_[static_cast<std::size_t>(date)];
        return at == 0 ? std::nullopt : std::optional(WallTime{seconds{at}});
    }
    // To the second; what is finer is cut off.
    void set(ContactDate date, std::optional<WallTime> at) {
        seconds_[static_cast<std::size_t>(date)] = at ? std::chrono::floor<seconds>(*at).time_since_epoch().count() : 0;
    }

    friend bool operator==(const ContactDates&, const ContactDates&) = default;

 private:
    std::array<std::int64_t, all_contact_dates.size()> seconds_{};  // Unix; 0: not there
};

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
    ContactDates dates{};
    // What a template may use: name, email, phone, external_id and the scalar custom attributes.
    Variables attributes;

    friend bool operator==(const Contact&, const Contact&) = default;
};

// Every reference that means this contact: by id, external id and email, as far as it has them.
std::vector<ContactRef> names_of(const Contact& contact);

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
