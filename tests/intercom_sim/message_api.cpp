// POST /messages: the operation everything else is about.

#include <algorithm>

#include "tests/intercom_sim/contact_json.hpp"
#include "tests/intercom_sim/handlers.hpp"
#include "tests/intercom_sim/message_rules.hpp"

namespace sim {

namespace json = boost::json;

namespace {

std::expected<ContactIndex, ApiError> reachable(const World& world, const Call& call, const MessageRequest& message,
                                                const Recipient& recipient) {
    const auto index = live_contact(world, recipient.id);
    if (!index) return index;
    const Contact& contact = world.contacts[*index];
    const bool too_new = contact.created_ms + world.options.visibility_delay_ms > call.now_ms;
    const bool wrong_role = recipient.role != "contact" && recipient.role != role_name(contact.role);
    if (too_new || wrong_role || contact.archived || contact.blocked) return std::unexpected(user_not_found());
    if (!message.email) return index;
    if (contact.unsubscribed) {
        return std::unexpected(ApiError{.status = 403,
                                        .code = world.options.unsubscribed_code,
                                        .message = "This user is unsubscribed from emails"});
    }
    if (contact.email.empty()) return std::unexpected(invalid("Contact has no email address"));
    return index;
}

// What a careful client would not have written to: accepted here as there, but visible in the ledger.
json::value suppression(const Contact& contact) {
    if (contact.hard_bounced) return "has_hard_bounced";
    if (contact.spam) return "marked_email_as_spam";
    return nullptr;
}

void deliver(World& world, Call& call, const MessageRequest& message, const std::string& id, ContactIndex contact,
             const Recipient& recipient) {
    const std::string_view type = message.email ? "email" : "inapp";
    json::object details{{"id", id},
                         {"message_type", type},
                         {"admin_id", message.admin_id},
                         {"via", recipient.via},
                         {"email", text_or_null(world.contacts[contact].email)},
                         {"subject", text_or_null(message.subject)}};
    if (message.email) details["template"] = message.template_name;
    details["suppressed"] = suppression(world.contacts[contact]);
    add_body(details, message.body);
    record(world, call, "message", contact, std::move(details));
    world.stats.message(contact_id(contact), type, message.subject, message.body);
    world.contacts.extras(contact).last_contacted_at = call.now();
}

std::string open_conversation(World& world, Call& call, const MessageRequest& message, const std::string& id,
                              ContactIndex contact) {
    Conversation conversation{.id = world.new_id(),
                              .contact = contact,
                              .source_id = id,
                              .source_type = message.email ? "email" : "conversation",
                              .delivered_as = "admin_initiated",
                              .subject = message.subject,
                              .body = message.body,
                              .author_type = "admin",
                              .author_id = message.admin_id,
                              .created_at = call.now(),
                              .updated_at = call.now()};
    const std::size_t position = world.open_conversation(std::move(conversation));
    return world.conversations[position].id;
}

}  // namespace

Reply create_message(World& world, Call& call) {
    const auto message = read_message(call.body, world.options.in_app_names, call.version);
    if (!message) return error_reply(message.error());
    const Admin* admin = world.find_admin(message->admin_id);
    if (!admin) return error_reply(resource_not_found());

    std::vector<ContactIndex> contacts;
    for (const Recipient& recipient : message->recipients) {  // all or nobody
        const auto index = reachable(world, call, *message, recipient);
        if (!index) return error_reply(index.error());
        contacts.push_back(*index);
    }
    const std::string id = world.new_id();
    for (std::size_t i = 0; i < contacts.size(); ++i) {
        deliver(world, call, *message, id, contacts[i], message->recipients[i]);
    }
    json::object answer{{"type", "admin_message"},
                        {"id", id},
                        {"created_at", message->created_at != 0 ? message->created_at : call.now()},
                        {"body", message->body},
                        {"message_type", message->email ? "email" : "inapp"},
                        {"owner", admin_json(*admin)}};
    if (!message->subject.empty()) answer["subject"] = message->subject;
    if (message->open_conversation) {
        answer["conversation_id"] = open_conversation(world, call, *message, id, contacts.front());
    }
    return ok(answer);
}

}  // namespace sim
