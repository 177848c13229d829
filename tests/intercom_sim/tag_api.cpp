// Tags of the workspace and of contacts.

#include <algorithm>

#include "tests/intercom_sim/handlers.hpp"

namespace sim {

namespace json = boost::json;

namespace {

constexpr int first_version_ignoring_unknown_ids = 16;

json::object tag_json(const World& world, Tags::Number tag) {
    return {{"type", "tag"}, {"id", Tags::id(tag)}, {"name", world.tags.name(tag)}};
}

json::object applied_json(const World& world, Tags::Number tag, std::int64_t at) {
    json::object result = tag_json(world, tag);
    result["applied_at"] = at;
    result["applied_by"] = json::object{{"type", "admin"}, {"id", world.admins.back().id}};
    return result;
}

bool attach(World& world, Call& call, ContactIndex contact, Tags::Number tag) {
    auto& held = world.contacts.extras(contact).tags;
    if (std::ranges::any_of(held, [&](const auto& one) { return one.first == tag; })) return false;
    world.search.about_to_change(contact, call.now_ms);
    held.emplace_back(tag, call.now());
    record(world, call, "tag", contact, {{"tag_id", Tags::id(tag)}, {"name", world.tags.name(tag)}});
    return true;
}

bool detach(World& world, Call& call, ContactIndex contact, Tags::Number tag) {
    auto& held = world.contacts.extras(contact).tags;
    const auto found = std::ranges::find_if(held, [&](const auto& one) { return one.first == tag; });
    if (found == held.end()) return false;
    world.search.about_to_change(contact, call.now_ms);
    held.erase(found);
    record(world, call, "untag", contact, {{"tag_id", Tags::id(tag)}, {"name", world.tags.name(tag)}});
    return true;
}

struct Assignment {
    ContactIndex contact{};
    bool untag{};
};

std::expected<std::vector<Assignment>, ApiError> read_users(const World& world, const Call& call) {
    std::vector<Assignment> result;
    const json::value* users = member(call.body, "users");
    if (!users) return result;
    if (!users->is_array()) return std::unexpected(invalid("invalid tag parameters"));
    for (const json::value& user : users->get_array()) {
        if (!user.is_object()) return std::unexpected(invalid("invalid tag parameters"));
        const auto contact = live_contact(world, id_text(member(user.get_object(), "id")));
        if (contact) {
            const json::value* untag = member(user.get_object(), "untag");
            result.push_back({.contact = *contact, .untag = untag && untag->is_bool() && untag->get_bool()});
        } else if (call.version < first_version_ignoring_unknown_ids) {
            return std::unexpected(user_not_found());
        }
    }
    return result;
}

}  // namespace

Reply list_tags(World& world, Call&) {
    json::array data;
    for (Tags::Number tag = 0; tag < world.tags.size(); ++tag) {
        if (world.tags.alive(tag)) data.push_back(tag_json(world, tag));
    }
    return ok(json::object{{"type", "list"}, {"data", std::move(data)}});
}

Reply create_tag(World& world, Call& call) {
    const json::value* name = member(call.body, "name");
    if (!name || !name->is_string() || name->get_string().empty()) {
        return error_reply(invalid("invalid tag parameters"));
    }
    if (member(call.body, "companies")) return error_reply(invalid("companies are not part of this workspace"));
    const auto assignments = read_users(world, call);
    if (!assignments) return error_reply(assignments.error());
    const std::size_t before = world.tags.size();
    const Tags::Number tag = world.tags.ensure(std::string_view(name->get_string()));
    if (world.tags.size() > before) {
        record(world, call, "tag_create", std::nullopt, {{"tag_id", Tags::id(tag)}, {"name", world.tags.name(tag)}});
    }
    json::array users;
    for (const Assignment& one : *assignments) {
        if (one.untag) {
            detach(world, call, one.contact, tag);
        } else {
            attach(world, call, one.contact, tag);
        }
        users.push_back(json::object{{"id", contact_id(one.contact)}, {"tagged", !one.untag}});
    }
    json::object answer = tag_json(world, tag);
    answer["users"] = std::move(users);
    answer["companies"] = json::array{};
    return ok(answer);
}

Reply get_tag(World& world, Call& call) {
    const auto tag = world.tags.by_id(call.params[0]);
    return tag ? ok(tag_json(world, *tag)) : error_reply(resource_not_found());
}

Reply delete_tag(World& world, Call& call) {
    const auto tag = world.tags.by_id(call.params[0]);
    if (!tag) return error_reply(resource_not_found());
    record(world, call, "tag_delete", std::nullopt, {{"tag_id", call.params[0]}, {"name", world.tags.name(*tag)}});
    world.tags.remove(*tag);
    return empty_reply(200);
}

Reply attach_tag(World& world, Call& call) {
    const auto contact = live_contact(world, call.params[0]);
    if (!contact) return error_reply(contact.error());
    const auto tag = world.tags.by_id(id_text(member(call.body, "id")));
    if (!tag) return error_reply(resource_not_found());
    attach(world, call, *contact, *tag);  // a second time is answered like the first
    return ok(applied_json(world, *tag, call.now()));
}

Reply detach_tag(World& world, Call& call) {
    const auto contact = live_contact(world, call.params[0]);
    if (!contact) return error_reply(contact.error());
    const auto tag = world.tags.by_id(call.params[1]);
    if (!tag || !detach(world, call, *contact, *tag)) return error_reply(resource_not_found());
    return ok(tag_json(world, *tag));
}

Reply list_contact_tags(World& world, Call& call) {
    const auto contact = live_contact(world, call.params[0]);
    if (!contact) return error_reply(contact.error());
    json::array data;
    for (const auto& [tag, at] : world.contacts[*contact].more().tags) {
        if (world.tags.alive(tag)) data.push_back(applied_json(world, tag, at));
    }
    return ok(json::object{{"type", "list"}, {"data", std::move(data)}});
}

}  // namespace sim
