#include "tests/intercom_sim/conversation_json.hpp"

#include "tests/intercom_sim/contact_json.hpp"

namespace sim {

namespace json = boost::json;

namespace {

constexpr std::size_t most_parts = 500;

std::string without_tags(std::string_view html) {
    std::string text;
    bool inside = false;
    for (const char c : html) {
        if (c == '<') inside = true;
        if (!inside) text.push_back(c);
        if (c == '>') inside = false;
    }
    return text;
}

std::string shown(std::string_view body, ConversationView view) {
    return view.plain_text ? without_tags(body) : std::string(body);
}

json::object author_json(const World& world, std::string_view type, std::string_view id) {
    json::object author{{"type", type}, {"id", id}};
    std::string_view email;
    if (const Admin* admin = world.find_admin(id)) {
        author["name"] = admin->name;
        email = admin->email;
    } else if (const auto contact = world.contacts.by_id(id)) {
        author["name"] = text_or_null(world.contacts[*contact].name);
        email = world.contacts[*contact].email;
    }
    if (!email.empty()) author["email"] = email;  // never null by the schema of parts
    return author;
}

json::object parts_json(const World& world, const Conversation& conversation, ConversationView view) {
    json::array parts;
    const std::size_t total = conversation.parts.size();
    for (std::size_t i = total > most_parts ? total - most_parts : 0; i < total; ++i) {
        const ConversationPart& part = conversation.parts[i];
        parts.push_back(
            json::object{{"type", "conversation_part"},
                         {"id", part.id},
                         {"part_type", part.type},
                         {"body", part.body.empty() ? json::value(nullptr) : json::value(shown(part.body, view))},
                         {"created_at", part.created_at},
                         {"updated_at", part.created_at},
                         {"notified_at", part.created_at},
                         {"author", author_json(world, part.author_type, part.author_id)},
                         {"attachments", json::array{}},
                         {"external_id", nullptr},
                         {"redacted", false},
                         {"app_package_code", "stand-in"}});
    }
    return {{"type", "conversation_part.list"}, {"conversation_parts", std::move(parts)}, {"total_count", total}};
}

json::array teammates(const Conversation& conversation) {
    json::array list;
    if (conversation.author_type == "admin") {
        list.push_back(json::object{{"type", "admin"}, {"id", conversation.author_id}});
    }
    return list;
}

}  // namespace

json::object conversation_json(const World& world, const Conversation& conversation, ConversationView view) {
    json::object source{{"type", conversation.source_type},
                        {"id", conversation.source_id},
                        {"delivered_as", conversation.delivered_as},
                        {"subject", conversation.subject},
                        {"body", shown(conversation.body, view)},
                        {"author", author_json(world, conversation.author_type, conversation.author_id)},
                        {"attachments", json::array{}},
                        {"url", nullptr},
                        {"redacted", false}};
    json::object result{
        {"type", "conversation"},
        {"id", conversation.id},
        {"title", text_or_null(conversation.subject)},
        {"created_at", conversation.created_at},
        {"updated_at", conversation.updated_at},
        {"waiting_since", nullptr},
        {"snoozed_until", time_or_null(conversation.snoozed_until)},
        {"open", conversation.state == "open"},
        {"state", conversation.state},
        {"read", true},
        {"priority", "none"},
        {"admin_assignee_id", conversation.assignee},
        {"team_assignee_id", 0},
        {"tags", json::object{{"type", "tag.list"}, {"tags", json::array{}}}},
        {"conversation_rating", nullptr},
        {"source", std::move(source)},
        {"contacts", json::object{{"type", "contact.list"},
                                  {"contacts", json::array{contact_reference(world, conversation.contact)}}}},
        {"teammates", json::object{{"type", "admin.list"}, {"teammates", teammates(conversation)}}},
        {"custom_attributes", json::object{}},
        {"first_contact_reply", nullptr},
        {"sla_applied", nullptr},
        {"statistics", nullptr},
        {"linked_objects",
         json::object{{"type", "list"}, {"data", json::array{}}, {"total_count", 0}, {"has_more", false}}}};
    if (view.parts) result["conversation_parts"] = parts_json(world, conversation, view);
    return result;
}

}  // namespace sim
