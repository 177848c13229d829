#include "tests/intercom_sim/message_rules.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tests/intercom_sim/call.hpp"

namespace sim {

namespace json = boost::json;

namespace {

using Problem = std::optional<ApiError>;

constexpr int first_version_with_cc = 14;

Problem read_type(const json::object& body, std::string_view in_app_names, MessageRequest& message) {
    const std::string type = id_text(member(body, "message_type"));
    if (type.empty()) return invalid("message_type is required");
    if (type == "email") {
        message.email = true;
        return {};
    }
    const bool in_app = type == "inapp" || type == "in_app";
    if (in_app && (in_app_names == "both" || in_app_names == type)) return {};
    return invalid(fmt::format("message_type '{}' is not supported", type));
}

// Order matters: a missing body is reported before a missing subject, as the documented examples do.
Problem read_text(const json::object& body, MessageRequest& message) {
    const json::value* text = member(body, "body");
    if (!text || !text->is_string() || text->get_string().empty()) return invalid("Body is required");
    message.body = text->get_string();
    const json::value* subject = member(body, "subject");
    if (subject && !subject->is_string()) return invalid("subject must be a string");
    if (subject) message.subject = subject->get_string();
    if (message.email && message.subject.empty()) {
        return ApiError{
            .status = 422, .code = "parameter_not_found", .message = "No subject supplied for email message"};
    }
    message.template_name = id_text(member(body, "template"));
    if (message.email && message.template_name != "plain" && message.template_name != "personal") {
        return invalid("template must be plain or personal");
    }
    return {};
}

Problem read_sender(const json::object& body, MessageRequest& message) {
    const json::value* from = member(body, "from");
    if (!from || !from->is_object()) return invalid("from is required");
    if (id_text(member(from->get_object(), "type")) != "admin") return invalid("from.type must be admin");
    message.admin_id = id_text(member(from->get_object(), "id"));
    if (message.admin_id.empty()) return invalid("from.id is required");
    return {};
}

Problem read_recipient(const json::value& given, std::string_view via, MessageRequest& message) {
    if (!given.is_object()) return invalid(fmt::format("{} must be an object or a list of them", via));
    Recipient recipient{.role = id_text(member(given.get_object(), "type")),
                        .id = id_text(member(given.get_object(), "id")),
                        .via = std::string(via)};
    if (recipient.role != "user" && recipient.role != "lead" && recipient.role != "contact") {
        return invalid(fmt::format("{}.type must be user or lead", via));
    }
    if (recipient.id.empty()) return invalid(fmt::format("{}.id is required", via));
    message.recipients.push_back(std::move(recipient));
    return {};
}

Problem read_recipients(const json::object& body, std::string_view via, MessageRequest& message) {
    const json::value* given = member(body, via);
    if (!given) return {};
    if (!given->is_array()) return read_recipient(*given, via, message);
    for (const json::value& one : given->get_array()) {
        if (Problem problem = read_recipient(one, via, message)) return problem;
    }
    return {};
}

Problem read_rest(const json::object& body, int version, MessageRequest& message) {
    if (Problem problem = read_recipients(body, "to", message)) return problem;
    if (message.recipients.empty()) return invalid("to is required");
    for (const char* copy : {"cc", "bcc"}) {
        if (member(body, copy) && version < first_version_with_cc) {
            return invalid(fmt::format("{} needs version 2.14 or later", copy));
        }
        if (Problem problem = read_recipients(body, copy, message)) return problem;
    }
    if (const json::value* at = member(body, "created_at")) {
        if (!at->is_int64()) return invalid("created_at must be a Unix time in seconds");
        message.created_at = at->get_int64();
    }
    if (const json::value* open = member(body, "create_conversation_without_contact_reply")) {
        if (!open->is_bool()) return invalid("create_conversation_without_contact_reply must be a boolean");
        message.open_conversation = open->get_bool();
    }
    return {};
}

}  // namespace

std::expected<MessageRequest, ApiError> read_message(const json::object& body, std::string_view in_app_names,
                                                     int version) {
    MessageRequest message;
    Problem problem = read_type(body, in_app_names, message);
    if (!problem) problem = read_text(body, message);
    if (!problem) problem = read_sender(body, message);
    if (!problem) problem = read_rest(body, version, message);
    if (problem) return std::unexpected(*problem);
    return message;
}

}  // namespace sim
