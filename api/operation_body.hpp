#pragma once
// What a client sends for the operations on one contact. The bounds are in the types, the rules in check().

#include <cstdint>
#include <optional>

#include <boost/describe/class.hpp>

#include "api/campaign_body.hpp"

namespace herald::api {

struct PersonBody {
    std::optional<Text<64>> id;
    std::optional<Text<255>> external_id;
    std::optional<Text<254>> email;
};
BOOST_DESCRIBE_STRUCT(PersonBody, (), (id, external_id, email))

struct MessageBody {
    PersonBody contact;
    Channel channel{};
    std::optional<Text<500>> subject;
    std::optional<Bytes<largest_body>> body_html;
    std::optional<Bytes<largest_body>> body_text;
    std::optional<Style> style;
    std::optional<SenderBody> sender;
    std::optional<VariablesBody> variables;
    std::optional<SendPolicy> delivery_policy;
};
BOOST_DESCRIBE_STRUCT(MessageBody, (),
                      (contact, channel, subject, body_html, body_text, style, sender, variables, delivery_policy))

struct NoteBody {
    Bytes<32UL * 1024UL> body;
    std::optional<SenderBody> author;
};
BOOST_DESCRIBE_STRUCT(NoteBody, (), (body, author))

// Intercom keeps ten keys and drops the rest without a word.
struct EventBody {
    PersonBody contact;
    Text<255> event_name;
    std::optional<WallTime> created_at;
    std::optional<ScalarMap<10, 255>> metadata;
    std::optional<Text<255>> id;
    std::optional<bool> track;
};
BOOST_DESCRIBE_STRUCT(EventBody, (), (contact, event_name, created_at, metadata, id, track))

// Each is read on its own, so that the mistakes of one are not those of all.
struct UnreadEvent {
    boost::json::value value;
};
inline void decode(Decoder& /*decoder*/, const boost::json::value& value, UnreadEvent& out) {
    out.value = value;
}

struct EventBatchBody {
    List<UnreadEvent, 1, 1'000> events;
};
BOOST_DESCRIBE_STRUCT(EventBatchBody, (), (events))

struct ContactChangeBody {
    std::optional<Text<255>> external_id;
    std::optional<Text<254>> email;
    std::optional<Text<255>> name;
    std::optional<Text<64>> phone;
    std::optional<WallTime> signed_up_at;
    std::optional<bool> unsubscribed_from_emails;
    std::optional<ScalarMap<100, 255>> custom_attributes;
};
BOOST_DESCRIBE_STRUCT(ContactChangeBody, (),
                      (external_id, email, name, phone, signed_up_at, unsubscribed_from_emails, custom_attributes))

// Refuses names that no attribute of Intercom's has, in `custom_attributes`.
void check_attributes(Decoder& decoder, const Scalars& attributes);

void check(Decoder& decoder, const PersonBody& body);
void check(Decoder& decoder, const MessageBody& body);
void check(Decoder& decoder, const EventBody& body);
void check(Decoder& decoder, const ContactChangeBody& body);

}  // namespace herald::api
