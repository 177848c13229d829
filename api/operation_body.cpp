#include "api/operation_body.hpp"

#include <fmt/format.h>

#include "api/shapes.hpp"
#include "domain/automation/event.hpp"

namespace herald::api {

void check_attributes(Decoder& decoder, const Scalars& attributes) {
    const auto inside = decoder.enter(std::string_view("custom_attributes"));
    for (const auto& [key, value] : attributes)
        if (key.find_first_of(".$") != std::string::npos)
            decoder.fail_at(key, FieldCode::invalid_value, "Intercom's attributes have no . and no $ in their names");
}

void check(Decoder& decoder, const PersonBody& body) {
    if (int{body.id.has_value()} + int{body.external_id.has_value()} + int{body.email.has_value()} != 1)
        decoder.fail(FieldCode::exactly_one_of, "a contact has exactly one of id, external_id and email");
    if (body.id && !id_shaped(body.id->value))
        decoder.fail_at("id", FieldCode::invalid_value, "is not an id of Intercom's");
    check_email(decoder, body.email);
}

void check(Decoder& decoder, const MessageBody& body) {
    if (body.body_html.has_value() == body.body_text.has_value())
        decoder.fail(FieldCode::exactly_one_of, "a message has exactly one of body_html and body_text");
    if (body.subject && body.subject->value.find_first_of("\r\n") != std::string::npos)
        decoder.fail_at("subject", FieldCode::invalid_value, "must not contain line breaks");
    check_channel(decoder, body);
    check_templates(decoder, body);
}

void check(Decoder& decoder, const EventBody& body) {
    if (body.created_at && !decoder.failed("created_at") && body.created_at->time_since_epoch() < seconds(1))
        decoder.fail_at("created_at", FieldCode::invalid_value, "must lie after 1970-01-01T00:00:00Z");
    if (body.id && !decoder.failed("id") && body.id->value.starts_with(run_event_prefix))
        decoder.fail_at("id", FieldCode::not_allowed,
                        fmt::format("begins with {}, as the ids of events of runs do", run_event_prefix));
}

void check(Decoder& decoder, const ContactChangeBody& body) {
    check_email(decoder, body.email);
    if (body.unsubscribed_from_emails == false)
        decoder.fail_at("unsubscribed_from_emails", FieldCode::not_allowed,
                        "false would subscribe the person again; only they can do that");
    if (body.custom_attributes) check_attributes(decoder, body.custom_attributes->values);
}

}  // namespace herald::api
