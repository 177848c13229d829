// The parts of the workspace that do not belong to one contact: admins, segments, attributes.

#include <algorithm>

#include <fmt/format.h>

#include "tests/intercom_sim/contact_json.hpp"
#include "tests/intercom_sim/handlers.hpp"
#include "tests/intercom_sim/segments.hpp"

namespace sim {

namespace json = boost::json;

namespace {

constexpr std::int64_t workspace_created_at = 1734537243;

json::object segment_json(const Segment& segment) {
    return {{"type", "segment"},
            {"id", segment.id},
            {"name", segment.name},
            {"created_at", workspace_created_at},
            {"updated_at", workspace_created_at},
            {"person_type", segment.role == Role::user ? "user" : "contact"}};
}

json::object data_attribute_json(AttributeId id, const Attribute& attribute) {
    json::object result{{"type", "data_attribute"},
                        {"id", id + 1},
                        {"model", "contact"},
                        {"name", attribute.name},
                        {"full_name", fmt::format("custom_attributes.{}", attribute.name)},
                        {"label", attribute.label},
                        {"description", attribute.description},
                        {"data_type", attribute_type_name(attribute.type)},
                        {"api_writable", true},
                        {"messenger_writable", false},
                        {"ui_writable", true},
                        {"custom", true},
                        {"archived", false},
                        {"created_at", attribute.created_at},
                        {"updated_at", attribute.created_at}};
    if (!attribute.options.empty()) {
        result["options"] = json::array(attribute.options.begin(), attribute.options.end());
    }
    return result;
}

}  // namespace

Reply get_me(World& world, Call&) {
    json::object me = admin_json(*world.find_admin(std::to_string(world.options.admin_id)));
    me["email_verified"] = true;
    me["avatar"] = json::object{{"type", "avatar"}, {"image_url", nullptr}};
    me["app"] = json::object{{"type", "app"},   {"id_code", workspace_id},       {"name", "Stand-in workspace"},
                             {"region", "US"},  {"timezone", "Etc/UTC"},         {"created_at", workspace_created_at},
                             {"secure", false}, {"identity_verification", false}};
    return ok(me);
}

Reply list_admins(World& world, Call&) {
    json::array admins;
    for (const Admin& admin : world.admins) admins.push_back(admin_json(admin));
    return ok(json::object{{"type", "admin.list"}, {"admins", std::move(admins)}});
}

Reply get_admin(World& world, Call& call) {
    const Admin* admin = world.find_admin(call.params[0]);
    if (!admin) return error_reply(404, "admin_not_found", "Admin not found");
    return ok(admin_json(*admin));
}

Reply list_segments(World& world, Call& call) {
    const bool count = call.query_or("include_count", "false") == "true";
    json::array list;
    for (const Segment& segment : segments) {
        json::object one = segment_json(segment);
        if (count) {
            std::size_t members = 0;
            for (ContactIndex index = 0; index < world.contacts.size(); ++index) {
                const Contact& contact = world.contacts[index];
                members += contact.listed() && in_segment(segment, contact) ? 1 : 0;
            }
            one["count"] = members;
        }
        list.push_back(std::move(one));
    }
    return ok(json::object{{"type", "segment.list"}, {"segments", std::move(list)}});
}

Reply get_segment(World&, Call& call) {
    const Segment* segment = find_segment(call.params[0]);
    return segment ? ok(segment_json(*segment)) : error_reply(resource_not_found());
}

Reply list_contact_segments(World& world, Call& call) {
    const auto contact = live_contact(world, call.params[0]);
    if (!contact) return error_reply(contact.error());
    json::array list;
    for (const Segment& segment : segments) {
        if (in_segment(segment, world.contacts[*contact])) list.push_back(segment_json(segment));
    }
    return ok(json::object{{"type", "list"}, {"data", std::move(list)}});
}

Reply list_data_attributes(World& world, Call& call) {
    const std::string_view model = call.query_or("model", "contact");
    json::array list;
    if (model == "contact") {
        for (std::size_t i = 0; i < world.attributes.size(); ++i) {
            const auto id = static_cast<AttributeId>(i);
            list.push_back(data_attribute_json(id, world.attributes.get(id)));
        }
    } else if (model != "company") {
        return error_reply(422, "parameter_invalid", fmt::format("model={} is not supported", model));
    }
    return ok(json::object{{"type", "list"}, {"data", std::move(list)}});
}

Reply create_data_attribute(World& world, Call& call) {
    const json::value* name = member(call.body, "name");
    const json::value* type = member(call.body, "data_type");
    if (id_text(member(call.body, "model")) != "contact") return error_reply(invalid("model must be contact"));
    if (!name || !name->is_string() || name->get_string().empty()) return error_reply(invalid("name is required"));
    const std::string text(name->get_string());
    if (text.find_first_of(".$") != std::string::npos) {
        return error_reply(
            invalid("Your name for this attribute must only contain alphanumeric characters, "
                    "currency symbols, and hyphens"));
    }
    if (world.attributes.find(text)) {
        return error_reply(
            invalid(fmt::format("You already have '{}' in your people data. To save this as new people "
                                "data, use a different name.",
                                text)));
    }
    if (world.attributes.size() >= 250) return error_reply(invalid("There are 250 attributes already"));
    const auto known = attribute_type(id_text(type));
    if (!known) return error_reply(invalid("data_type is not known"));
    Attribute attribute{.name = text,
                        .type = *known,
                        .label = {},
                        .description = id_text(member(call.body, "description")),
                        .options = {},
                        .created_at = call.now()};
    if (const json::value* options = member(call.body, "options"); options && options->is_array()) {
        for (const json::value& option : options->get_array()) {
            attribute.options.push_back(id_text(option.is_object() ? member(option.get_object(), "value") : &option));
        }
    }
    if (type->get_string() == "options" && attribute.options.size() < 2) {
        return error_reply(invalid("The Data Attribute model field must have at least two options"));
    }
    const AttributeId id = world.attributes.add(std::move(attribute));
    record(world, call, "data_attribute", std::nullopt, {{"name", text}});
    return ok(data_attribute_json(id, world.attributes.get(id)));
}

}  // namespace sim
