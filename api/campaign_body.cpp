#include "api/campaign_body.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/shapes.hpp"

namespace herald::api {
namespace {

void check_event(Decoder& decoder, const CampaignBody& body) {
    if (!decoder.failed("channel") && body.channel != Channel::email && body.track_event.value_or(false))
        decoder.fail_at("track_event", FieldCode::not_allowed, "the event is tracked for email only");
}

}  // namespace

void check_email(Decoder& decoder, const std::optional<Text<254>>& email) {
    // What was no string, or an empty one, has been refused already.
    if (email && !email->value.empty() && !email_shaped(email->value))
        decoder.fail_at("email", FieldCode::invalid_value, "is not an email address");
}

Recipient recipient_of(ContactBody&& body) {
    auto variables = body.variables ? std::move(body.variables->values) : Variables{};
    return {ref_of(body), std::move(variables)};
}

void check(Decoder& decoder, const ContactBody& body) {
    if (int{body.id.has_value()} + int{body.external_id.has_value()} + int{body.email.has_value()} != 1)
        decoder.fail(FieldCode::exactly_one_of, "a contact has exactly one of id, external_id and email");
    if (body.id && !id_shaped(body.id->value))
        decoder.fail_at("id", FieldCode::invalid_value, "is not an id of Intercom's");
    check_email(decoder, body.email);
}

void check(Decoder& decoder, const AudienceBody& body) {
    const bool named = body.contacts || body.segment_id || body.filter;
    if (!named && !decoder.failed("contacts") && !decoder.failed("segment_id") && !decoder.failed("filter"))
        decoder.fail(FieldCode::required, "an audience has at least one of contacts, segment_id and filter");
    if (body.segment_id && !decoder.failed("segment_id") && !id_shaped(body.segment_id->value))
        decoder.fail_at("segment_id", FieldCode::invalid_value, "is not an id of Intercom's");
}

void check(Decoder& decoder, const SenderBody& body) {
    if (body.admin_id.has_value() == body.email.has_value())
        decoder.fail(FieldCode::exactly_one_of, "a sender has exactly one of admin_id and email");
    if (body.admin_id && !decoder.failed("admin_id") && *body.admin_id <= 0)
        decoder.fail_at("admin_id", FieldCode::invalid_value, "must be positive");
    check_email(decoder, body.email);
}

void check(Decoder& decoder, const CampaignBody& body) {
    if (body.body_html.has_value() == body.body_text.has_value())
        decoder.fail(FieldCode::exactly_one_of, "a campaign has exactly one of body_html and body_text");
    if (body.subject && body.subject->value.find_first_of("\r\n") != std::string::npos)
        decoder.fail_at("subject", FieldCode::invalid_value, "must not contain line breaks");
    const bool launched = body.launch.value_or(false);
    if ((launched || body.scheduled_at) && !body.audience && !decoder.failed("audience"))
        decoder.fail_at("audience", FieldCode::required, "there is nobody to launch the campaign for");
    if (launched && body.scheduled_at)
        decoder.fail_at("scheduled_at", FieldCode::not_allowed, "launch says now: one of the two");
    check_channel(decoder, body);
    check_event(decoder, body);
    check_templates(decoder, body);
}

void check(Decoder& decoder, const RetryBody& body) {
    const bool unknown = std::ranges::find(body.states.values, Retried::unknown) != body.states.values.end();
    if (!unknown || body.confirm_possible_duplicates.value_or(false) || decoder.failed("confirm_possible_duplicates"))
        return;
    decoder.fail_at(
        "confirm_possible_duplicates", FieldCode::required,
        "some of those who are unknown may have the message already and get it twice: say true to accept that");
}

}  // namespace herald::api
