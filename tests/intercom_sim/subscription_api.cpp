// Subscription types and the explicit choices of contacts.

#include <algorithm>
#include <array>

#include "tests/intercom_sim/handlers.hpp"

namespace sim {

namespace json = boost::json;

namespace {

struct SubscriptionType {
    std::string_view id;
    std::string_view name;
    std::string_view consent_type;
};

constexpr std::array<SubscriptionType, 3> types{
    {{"135", "Newsletters", "opt_out"}, {"136", "Product announcements", "opt_out"}, {"137", "Offers", "opt_in"}}};

const SubscriptionType* find_type(std::string_view id) {
    const auto found = std::ranges::find(types, id, &SubscriptionType::id);
    return found == types.end() ? nullptr : &*found;
}

json::object type_json(const SubscriptionType& type) {
    const json::object translation{{"name", type.name}, {"description", type.name}, {"locale", "en"}};
    return {{"type", "subscription"},
            {"id", type.id},
            {"state", "live"},
            {"consent_type", type.consent_type},
            {"default_translation", translation},
            {"translations", json::array{translation}},
            {"content_types", json::array{"email"}}};
}

}  // namespace

Reply list_subscription_types(World&, Call&) {
    json::array data;
    for (const SubscriptionType& type : types) data.push_back(type_json(type));
    return ok(json::object{{"type", "list"}, {"data", std::move(data)}});
}

Reply list_contact_subscriptions(World& world, Call& call) {
    const auto contact = live_contact(world, call.params[0]);
    if (!contact) return error_reply(contact.error());
    json::array data;
    for (const std::string& id : world.contacts[*contact].more().subscriptions) {
        data.push_back(type_json(*find_type(id)));
    }
    return ok(json::object{{"type", "list"}, {"data", std::move(data)}});
}

// Attaching an opt_out type opts the person out, attaching an opt_in type opts the person in.
Reply attach_subscription(World& world, Call& call) {
    const auto contact = live_contact(world, call.params[0]);
    if (!contact) return error_reply(contact.error());
    const SubscriptionType* type = find_type(id_text(member(call.body, "id")));
    if (!type || id_text(member(call.body, "consent_type")) != type->consent_type) {
        return error_reply(resource_not_found());
    }
    auto& choices = world.contacts.extras(*contact).subscriptions;
    if (std::ranges::find(choices, type->id) == choices.end()) {
        choices.emplace_back(type->id);
        record(world, call, "subscription", *contact,
               {{"subscription_id", type->id}, {"consent_type", type->consent_type}});
    }
    return ok(type_json(*type));
}

Reply detach_subscription(World& world, Call& call) {
    const auto contact = live_contact(world, call.params[0]);
    if (!contact) return error_reply(contact.error());
    const SubscriptionType* type = find_type(call.params[1]);
    auto& choices = world.contacts.extras(*contact).subscriptions;
    if (!type || std::erase(choices, type->id) == 0) return error_reply(resource_not_found());
    record(world, call, "subscription_removed", *contact, {{"subscription_id", type->id}});
    return ok(type_json(*type));
}

}  // namespace sim
