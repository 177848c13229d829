#include "tests/intercom_sim/seed.hpp"

#include <array>

#include <fmt/format.h>

namespace sim {

namespace {

constexpr std::int64_t first_created_at = 1734537437;

void spoil(Contact& contact, std::uint32_t k) {
    switch (k % 50) {
        case 7:
            contact.unsubscribed = true;
            break;
        case 17:
            contact.hard_bounced = true;
            break;
        case 27:
            contact.spam = true;
            break;
        case 37:
            contact.archived = true;
            break;
        case 47:
            contact.email.clear();
            break;
        case 33:
            contact.blocked = k % 100 == 33;
            break;
        default:
            break;
    }
}

}  // namespace

void seed_contacts(ContactStore& contacts, const Attributes& attributes, std::uint32_t count, bool suppressed) {
    static constexpr std::array tiers{"gold", "silver", "enterprise"};
    static constexpr std::array names{"Ann", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gwen", "Hugo", "Ida", "Jon"};
    const AttributeId tier = attributes.find("tier").value();
    const AttributeId first_name = attributes.find("first_name").value();
    contacts.reserve(count);
    for (std::uint32_t k = 1; k <= count; ++k) {
        Contact contact;
        contact.external_id = fmt::format("client_{}", k);
        contact.email = fmt::format("client_{}@example.com", k);
        const std::string first = names.at(k % names.size());
        contact.name = fmt::format("{} {}", first, k);
        contact.attributes.reserve(2);
        contact.attributes.emplace_back(tier, std::string(tiers.at((k - 1) % tiers.size())));
        contact.attributes.emplace_back(first_name, first);
        contact.created_ms = (first_created_at + k) * 1000;
        contact.updated_at = contact.signed_up_at = first_created_at + k;
        if (suppressed) spoil(contact, k);
        contacts.add(std::move(contact));
    }
}

}  // namespace sim
