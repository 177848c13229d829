#include "tests/intercom_sim/contact_input.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tests/intercom_sim/call.hpp"

namespace sim {

namespace json = boost::json;

namespace {

using Problem = std::optional<ApiError>;

bool plausible_email(std::string_view email) {
    const std::size_t at = email.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < email.size() &&
           email.find('@', at + 1) == std::string_view::npos &&
           email.find_first_of(" \t\r\n<>,;") == std::string_view::npos;
}

Problem read_text(const json::object& body, std::string_view name, std::optional<std::string>& into) {
    const json::value* value = body.if_contains(name);
    if (!value) return {};
    if (value->is_null()) {
        into = std::string();
    } else if (value->is_string()) {
        into = std::string(value->get_string());
    } else if (value->is_int64()) {
        into = std::to_string(value->get_int64());
    } else {
        return invalid(fmt::format("{} must be a string", name));
    }
    return {};
}

Problem read_time(const json::object& body, std::string_view name, std::optional<std::int64_t>& into) {
    const json::value* value = body.if_contains(name);
    if (!value) return {};
    if (value->is_null()) {
        into = 0;
    } else if (value->is_int64() && value->get_int64() >= 0) {
        into = value->get_int64();
    } else {
        return invalid(fmt::format("{} must be a Unix time in seconds", name));
    }
    return {};
}

Problem read_attributes(const World& world, const json::object& body, ContactInput& input) {
    const json::value* given = member(body, "custom_attributes");
    if (!given) return {};
    if (!given->is_object()) return invalid("custom_attributes must be an object");
    for (const auto& [name, value] : given->get_object()) {
        const auto id = world.attributes.find(std::string_view(name));
        if (!id) return invalid(fmt::format("Custom attribute '{}' does not exist", std::string_view(name)));
        auto read = world.attributes.read(*id, value);
        if (!read) return invalid(read.error());
        input.attributes.emplace_back(*id, std::move(*read));
    }
    return {};
}

Problem read_all(const World& world, const json::object& body, ContactInput& input) {
    if (const json::value* role = member(body, "role")) {
        const std::string name = id_text(role);
        if (name != "user" && name != "lead") return invalid("role must be user or lead");
        input.role = name == "user" ? Role::user : Role::lead;
    }
    for (const auto& [name, into] : {std::pair{"external_id", &input.external_id},
                                     {"email", &input.email},
                                     {"name", &input.name},
                                     {"phone", &input.phone},
                                     {"avatar", &input.avatar},
                                     {"owner_id", &input.owner_id},
                                     {"language_override", &input.language_override}}) {
        if (Problem problem = read_text(body, name, *into)) return problem;
    }
    if (input.email) {
        input.email = lower(*input.email);
        if (!input.email->empty() && !plausible_email(*input.email)) return invalid("email is not valid");
    }
    if (member(body, "email_verified") && (!input.email || input.email->empty())) {
        return invalid("email_verified can only be set together with email");
    }
    if (input.owner_id && !input.owner_id->empty() && !world.find_admin(*input.owner_id)) {
        return invalid("Owner is not a member of the workspace");
    }
    if (Problem problem = read_time(body, "signed_up_at", input.signed_up_at)) return problem;
    if (Problem problem = read_time(body, "last_seen_at", input.last_seen_at)) return problem;
    if (const json::value* unsubscribed = member(body, "unsubscribed_from_emails")) {
        if (!unsubscribed->is_bool()) return invalid("unsubscribed_from_emails must be a boolean");
        input.unsubscribed = unsubscribed->get_bool();
    }
    return read_attributes(world, body, input);
}

ApiError taken(const World& world, ContactIndex by) {
    return {.status = 409,
            .code = "conflict",
            .message = fmt::format("{} contact matching those details already exists with id={}",
                                   world.contacts[by].archived ? "An archived" : "A", contact_id(by))};
}

}  // namespace

std::expected<ContactInput, ApiError> read_contact_input(const World& world, const json::object& body) {
    ContactInput input;
    if (Problem problem = read_all(world, body, input)) return std::unexpected(*problem);
    return input;
}

std::optional<ApiError> find_conflict(const World& world, const ContactInput& input, Role role,
                                      std::optional<ContactIndex> self) {
    if (input.external_id && !input.external_id->empty()) {
        const auto other = world.contacts.by_external_id(*input.external_id);
        if (other && other != self) return taken(world, *other);
    }
    if (role == Role::lead || !input.email || input.email->empty()) return {};  // leads may share an address
    for (const ContactIndex other : world.contacts.by_email(*input.email)) {
        if (other != self && world.contacts[other].role == Role::user) return taken(world, other);
    }
    return {};
}

void apply(const ContactInput& input, Contact& contact) {
    if (input.role) contact.role = *input.role;
    if (input.external_id) contact.external_id = *input.external_id;
    if (input.email && *input.email != contact.email) {
        contact.email = *input.email;
        contact.hard_bounced = false;  // a new address has not bounced
    }
    if (input.name) contact.name = *input.name;
    if (input.phone) contact.more().phone = *input.phone;
    if (input.avatar) contact.more().avatar_url = *input.avatar;
    if (input.owner_id) contact.more().owner_id = *input.owner_id;
    if (input.language_override) contact.more().language_override = *input.language_override;
    if (input.signed_up_at) contact.signed_up_at = *input.signed_up_at;
    if (input.last_seen_at) contact.more().last_seen_at = *input.last_seen_at;
    if (input.unsubscribed) contact.unsubscribed = *input.unsubscribed;
    for (const auto& [id, value] : input.attributes) {
        std::erase_if(contact.attributes, [&](const auto& held) { return held.first == id; });
        if (value) contact.attributes.emplace_back(id, *value);
    }
}

}  // namespace sim
