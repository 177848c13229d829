// Conversations: the part of them that threading a campaign needs.

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "tests/intercom_sim/conversation_json.hpp"
#include "tests/intercom_sim/handlers.hpp"

namespace sim {

namespace json = boost::json;

namespace {

Reply whole(const World& world, const Call& call, std::size_t position) {
    const ConversationView view{.plain_text = call.query_or("display_as", "") == "plaintext"};
    return ok(conversation_json(world, world.conversations[position], view));
}

struct Author {
    std::string type;
    std::string id;
    std::optional<ContactIndex> contact{};
};

std::expected<Author, ApiError> read_author(const World& world, const json::object& body) {
    const std::string type = id_text(member(body, "type"));
    if (type == "admin") {
        const std::string id = id_text(member(body, "admin_id"));
        if (!world.find_admin(id)) return std::unexpected(resource_not_found());
        return Author{.type = "admin", .id = id};
    }
    if (type != "user") return std::unexpected(invalid("type must be admin or user"));
    std::optional<ContactIndex> contact;
    if (const std::string id = id_text(member(body, "intercom_user_id")); !id.empty()) {
        const auto live = live_contact(world, id);
        if (!live) return std::unexpected(live.error());
        contact = *live;
    } else if (const std::string user_id = id_text(member(body, "user_id")); !user_id.empty()) {
        contact = world.contacts.by_external_id(user_id);
    } else if (const std::string email = lower(id_text(member(body, "email"))); !email.empty()) {
        const auto found = world.contacts.by_email(email);
        if (!found.empty()) contact = found.front();
    }
    if (!contact) return std::unexpected(user_not_found());
    return Author{
        .type = std::string(role_name(world.contacts[*contact].role)), .id = contact_id(*contact), .contact = contact};
}

void add_part(World& world, Call& call, Conversation& conversation, std::string type, const Author& author,
              std::string body) {
    ConversationPart part{.id = world.new_id(),
                          .type = std::move(type),
                          .author_type = author.type,
                          .author_id = author.id,
                          .body = std::move(body),
                          .created_at = call.now()};
    json::object details{{"id", part.id},
                         {"conversation_id", conversation.id},
                         {"part_type", part.type},
                         {"author_type", author.type},
                         {"author_id", author.id}};
    add_body(details, part.body);
    record(world, call, "conversation_part", conversation.contact, std::move(details));
    conversation.updated_at = call.now();
    conversation.parts.push_back(std::move(part));
}

}  // namespace

Reply create_conversation(World& world, Call& call) {
    const json::value* from = member(call.body, "from");
    if (!from || !from->is_object()) return error_reply(invalid("from is required"));
    const auto contact = live_contact(world, id_text(member(from->get_object(), "id")));
    if (!contact) return error_reply(contact.error());
    const std::string body = id_text(member(call.body, "body"));
    if (body.empty()) return error_reply(invalid("Body is required"));
    const std::string message_id = world.new_id();
    const std::size_t position =
        world.open_conversation({.id = world.new_id(),
                                 .contact = *contact,
                                 .source_id = message_id,
                                 .source_type = "conversation",
                                 .delivered_as = "customer_initiated",
                                 .subject = {},
                                 .body = fmt::format("<p>{}</p>", body),
                                 .author_type = std::string(role_name(world.contacts[*contact].role)),
                                 .author_id = contact_id(*contact),
                                 .created_at = call.now(),
                                 .updated_at = call.now()});
    const std::string& id = world.conversations[position].id;
    json::object details{{"id", id}, {"message_id", message_id}};
    add_body(details, body);
    record(world, call, "conversation", *contact, std::move(details));
    return ok(json::object{{"type", "user_message"},
                           {"id", message_id},
                           {"created_at", call.now()},
                           {"body", body},
                           {"message_type", "inapp"},
                           {"conversation_id", id}});
}

Reply get_conversation(World& world, Call& call) {
    const auto position = world.find_conversation(call.params[0]);
    return position ? whole(world, call, *position) : error_reply(resource_not_found());
}

Reply reply_conversation(World& world, Call& call) {
    const auto position = world.find_conversation(call.params[0]);
    if (!position) return error_reply(resource_not_found());
    const auto author = read_author(world, call.body);
    if (!author) return error_reply(author.error());
    const std::string type = id_text(member(call.body, "message_type"));
    if (type != "comment" && (type != "note" || author->contact)) {
        return error_reply(invalid("message_type must be comment, or note for admins"));
    }
    const std::string body = id_text(member(call.body, "body"));
    if (body.empty()) return error_reply(invalid("Body is required"));
    add_part(world, call, world.conversations[*position], type, *author, body);
    if (const auto contact = author->contact) world.contacts.extras(*contact).last_replied_at = call.now();
    return whole(world, call, *position);
}

Reply manage_conversation(World& world, Call& call) {
    const auto position = world.find_conversation(call.params[0]);
    if (!position) return error_reply(resource_not_found());
    const auto author = read_author(world, call.body);
    if (!author) return error_reply(author.error());
    Conversation& conversation = world.conversations[*position];
    const std::string type = id_text(member(call.body, "message_type"));
    if (type == "close") {
        conversation.state = "closed";
    } else if (type == "open") {
        conversation.state = "open";
        conversation.snoozed_until = 0;
    } else if (type == "snoozed") {
        const json::value* until = member(call.body, "snoozed_until");
        if (!until || !until->is_int64()) return error_reply(invalid("snoozed_until is required"));
        conversation.state = "snoozed";
        conversation.snoozed_until = until->get_int64();
    } else if (type == "assignment") {
        const std::string assignee = id_text(member(call.body, "assignee_id"));
        if (assignee != "0" && !world.find_admin(assignee)) return error_reply(resource_not_found());
        std::from_chars(assignee.data(), assignee.data() + assignee.size(), conversation.assignee);
    } else {
        return error_reply(invalid("message_type must be close, open, snoozed or assignment"));
    }
    add_part(world, call, conversation, type, *author, id_text(member(call.body, "body")));
    return whole(world, call, *position);
}

}  // namespace sim
