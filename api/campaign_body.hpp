#pragma once
// What a client sends to create or change a campaign. The bounds are in the types, the rules in check().

#include <cstdint>
#include <optional>
#include <utility>

#include <boost/describe/class.hpp>
#include <fmt/format.h>

#include "api/enums.hpp"
#include "api/filter_body.hpp"
#include "api/json/decode.hpp"
#include "api/json/types.hpp"
#include "domain/campaign/pacer.hpp"
#include "domain/content/message_content.hpp"

namespace herald::api {

using VariablesBody = TextMap<50, 4UL * 1024UL, true>;
using MetadataBody = TextMap<50, 4UL * 1024UL, false>;
using PaceBody = Number<1, largest_pace>;

struct ContactBody {
    std::optional<Text<64>> id;
    std::optional<Text<255>> external_id;
    std::optional<Text<254>> email;
    std::optional<VariablesBody> variables;
};
BOOST_DESCRIBE_STRUCT(ContactBody, (), (id, external_id, email, variables))

struct AudienceBody {
    std::optional<List<ContactBody, 1, 10'000>> contacts;
    std::optional<Text<64>> segment_id;
    std::optional<FilterBody> filter;
};
BOOST_DESCRIBE_STRUCT(AudienceBody, (), (contacts, segment_id, filter))

struct SenderBody {
    std::optional<std::int64_t> admin_id;
    std::optional<Text<254>> email;
};
BOOST_DESCRIBE_STRUCT(SenderBody, (), (admin_id, email))

struct CampaignBody {
    Text<255> name;
    Channel channel{};
    TemplateType template_type;
    std::optional<Text<500>> subject;
    std::optional<Bytes<largest_body>> body_html;
    std::optional<Bytes<largest_body>> body_text;
    std::optional<Style> style;
    std::optional<SenderBody> sender;
    std::optional<AudienceBody> audience;
    std::optional<VariablesBody> variables;
    std::optional<bool> track_event;
    std::optional<DeliveryPolicy> delivery_policy;
    std::optional<PaceBody> max_per_minute;
    std::optional<Text<255>> client_ref;
    std::optional<MetadataBody> metadata;
    std::optional<Text<255>> created_by;
    std::optional<bool> launch;
    std::optional<TimeText> scheduled_at;
    std::optional<Text<64>> time_zone;
    std::optional<TimeText> expires_at;
    std::optional<bool> create_missing_contacts;
};
BOOST_DESCRIBE_STRUCT(CampaignBody, (),
                      (name, channel, template_type, subject, body_html, body_text, style, sender, audience, variables,
                       track_event, delivery_policy, max_per_minute, client_ref, metadata, created_by, launch,
                       scheduled_at, time_zone, expires_at, create_missing_contacts))

// A patch of a campaign that is no draft any more.
struct PaceOnlyBody {
    std::optional<PaceBody> max_per_minute;
};
BOOST_DESCRIBE_STRUCT(PaceOnlyBody, (), (max_per_minute))

struct LaunchBody {
    std::optional<TimeText> at;
    std::optional<Text<64>> time_zone;
    std::optional<TimeText> expires_at;
};
BOOST_DESCRIBE_STRUCT(LaunchBody, (), (at, time_zone, expires_at))

struct RetryBody {
    List<Retried, 1, 3> states;
    std::optional<bool> confirm_possible_duplicates;
};
BOOST_DESCRIBE_STRUCT(RetryBody, (), (states, confirm_possible_duplicates))

struct EmptyBody {};
BOOST_DESCRIBE_STRUCT(EmptyBody, (), ())

// Refuses an email that has not the shape of one, once.
void check_email(Decoder& decoder, const std::optional<Text<254>>& email);

// Whom the id, external_id or email names, of which exactly one is there.
template <class Body>
ContactRef ref_of(Body& body) {
    if (body.id) return {ContactRef::Kind::id, std::move(body.id->value)};
    if (body.external_id) return {ContactRef::Kind::external_id, std::move(body.external_id->value)};
    return {ContactRef::Kind::email, std::move(body.email->value)};
}

// Templates are read here only to report their mistakes; whoever sends compiles them again.
template <class MessageLike>
void check_templates(Decoder& decoder, const MessageLike& body) {
    Campaign content;
    if (body.subject && !decoder.failed("subject")) content.subject = body.subject->value;
    if (body.body_html && !decoder.failed("body_html"))
        content.body = {Body::Format::html, body.body_html->value};
    else if (body.body_text && !decoder.failed("body_text"))
        content.body = {Body::Format::text, body.body_text->value};
    const auto compiled = MessageContent::compile(content);
    if (compiled) return;
    for (const auto& mistake : compiled.error())
        decoder.fail_at(mistake.field, FieldCode::template_error,
                        fmt::format("at byte {}: {}", mistake.offset, mistake.detail));
}

// A contact without mistakes, as the domain has it.
Recipient recipient_of(ContactBody&& body);

void check(Decoder& decoder, const ContactBody& body);
void check(Decoder& decoder, const AudienceBody& body);
void check(Decoder& decoder, const SenderBody& body);
void check(Decoder& decoder, const CampaignBody& body);
void check(Decoder& decoder, const RetryBody& body);

// What only an email has, and must have, of whatever is sent through a channel.
template <class Body>
void check_channel(Decoder& decoder, const Body& body) {
    if (decoder.failed("channel")) return;
    if (body.channel == Channel::email) {
        if (!body.subject && !decoder.failed("subject"))
            decoder.fail_at("subject", FieldCode::required, "an email needs a subject");
        return;
    }
    if (body.subject) decoder.fail_at("subject", FieldCode::not_allowed, "only an email has a subject");
    if (body.style) decoder.fail_at("style", FieldCode::not_allowed, "only an email has a style");
}

}  // namespace herald::api
