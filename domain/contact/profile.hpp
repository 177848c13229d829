#pragma once
// A contact as Intercom shows it to people, and what may be changed about it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "domain/contact/contact.hpp"
#include "domain/core/time.hpp"

namespace herald {

// A flat value of a custom attribute or of an event's metadata; monostate: null.
using Scalar = std::variant<std::monostate, bool, std::int64_t, double, std::string>;
using Scalars = std::map<std::string, Scalar>;

struct ContactProfile {
    Contact contact;
    std::optional<std::string> name;
    std::optional<std::string> phone;
    std::optional<std::string> owner_id;  // the admin's
    std::optional<WallTime> created_at;
    std::optional<WallTime> updated_at;
    std::optional<WallTime> signed_up_at;
    std::optional<WallTime> last_seen_at;
    std::optional<WallTime> last_contacted_at;
    std::optional<WallTime> last_replied_at;
    std::optional<WallTime> last_email_opened_at;
    std::optional<WallTime> last_email_clicked_at;
    Scalars custom_attributes;

    friend bool operator==(const ContactProfile&, const ContactProfile&) = default;
};

// What is absent stays as it is. Nothing here can subscribe anybody again.
struct ContactChange {
    std::optional<std::string> external_id;
    std::optional<std::string> email;
    std::optional<std::string> name;
    std::optional<std::string> phone;
    std::optional<WallTime> signed_up_at;
    bool unsubscribe_from_emails{};
    Scalars custom_attributes;

    friend bool operator==(const ContactChange&, const ContactChange&) = default;
};

}  // namespace herald
