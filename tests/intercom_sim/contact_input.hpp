#pragma once
// What POST and PUT /contacts may say about a contact: checked as a whole before anything changes.

#include <boost/json/object.hpp>

#include "tests/intercom_sim/world.hpp"

namespace sim {

struct ContactInput {
    std::optional<Role> role{};
    std::optional<std::string> external_id{};  // empty: cleared
    std::optional<std::string> email{};
    std::optional<std::string> name{};
    std::optional<std::string> phone{};
    std::optional<std::string> avatar{};
    std::optional<std::string> owner_id{};
    std::optional<std::string> language_override{};
    std::optional<std::int64_t> signed_up_at{};
    std::optional<std::int64_t> last_seen_at{};
    std::optional<bool> unsubscribed{};
    std::vector<std::pair<AttributeId, std::optional<AttributeValue>>> attributes{};
};

std::expected<ContactInput, ApiError> read_contact_input(const World& world, const boost::json::object& body);
// 409 when external id or email belong to another contact. `self` is the contact being updated.
std::optional<ApiError> find_conflict(const World& world, const ContactInput& input, Role role,
                                      std::optional<ContactIndex> self);
void apply(const ContactInput& input, Contact& contact);

}  // namespace sim
