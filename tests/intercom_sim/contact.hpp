#pragma once
// One contact. A million of them must fit, so what few contacts have lives behind `extras`.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/intercom_sim/attributes.hpp"
#include "tests/intercom_sim/contact_id.hpp"

namespace sim {

enum class Role : std::uint8_t { user, lead };

inline std::string_view role_name(Role role) {
    return role == Role::user ? "user" : "lead";
}

struct Event {
    std::string id;
    std::string name;
    std::int64_t created_at{};
    std::string metadata;  // JSON text
};

struct Merge {
    ContactIndex source{};
    Role role{};
    std::int64_t at{};
};

struct ContactExtras {
    std::string phone;
    std::string owner_id;
    std::string language_override;
    std::string avatar_url;
    std::int64_t last_contacted_at{};  // 0: never
    std::int64_t last_replied_at{};
    std::int64_t last_seen_at{};
    std::optional<ContactIndex> merged_into;
    std::vector<Merge> merges;
    std::vector<std::pair<std::uint32_t, std::int64_t>> tags;  // tag number, applied at
    std::vector<std::uint32_t> notes;
    std::vector<std::string> subscriptions;  // explicit choices
    std::vector<Event> events;
};

struct Contact {
    std::string external_id;
    std::string email;
    std::string name;
    std::vector<std::pair<AttributeId, AttributeValue>> attributes;
    std::unique_ptr<ContactExtras> extras;
    std::int64_t created_ms{};
    std::int64_t updated_at{};
    std::int64_t signed_up_at{};  // 0: unknown
    Role role{Role::user};
    bool unsubscribed{};
    bool hard_bounced{};
    bool spam{};
    bool archived{};
    bool blocked{};
    bool deleted{};

    ContactExtras& more() {
        if (!extras) extras = std::make_unique<ContactExtras>();
        return *extras;
    }
    const ContactExtras& more() const {
        static const ContactExtras none;
        return extras ? *extras : none;
    }
    bool merged() const { return extras && extras->merged_into; }
    bool listed() const { return !deleted && !archived && !merged(); }
    std::int64_t created_at() const { return created_ms / 1000; }
    Contact clone() const;
};

}  // namespace sim
