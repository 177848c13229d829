#pragma once
// What the operations on one contact answer: openapi.yaml's schemas, member by member.

#include "api/automation_enums.hpp"
#include "api/views.hpp"
#include "domain/contact/profile.hpp"
#include "domain/message/message.hpp"

namespace herald::api {

struct MessageView {
    std::string id;
    std::string workspace;
    ContactView contact;
    std::string contact_id;
    Channel channel{};
    std::optional<std::string> subject;
    std::string body_html;
    std::optional<Style> style;
    std::int64_t sender_admin_id{};
    SendPolicy delivery_policy{};
    MessageState state{};
    std::int64_t attempts{};
    bool possible_duplicate{};
    std::optional<std::string> intercom_message_id;
    std::optional<std::string> intercom_request_id;
    std::optional<std::string> reason;
    std::optional<std::string> detail;
    WallTime created_at{};
    WallTime updated_at{};
};
BOOST_DESCRIBE_STRUCT(MessageView, (),
                      (id, workspace, contact, contact_id, channel, subject, body_html, style, sender_admin_id,
                       delivery_policy, state, attempts, possible_duplicate, intercom_message_id, intercom_request_id,
                       reason, detail, created_at, updated_at))

struct NoteView {
    std::string id;
    std::string contact_id;
    std::string body_html;
    std::int64_t author_admin_id{};
    WallTime created_at{};
};
BOOST_DESCRIBE_STRUCT(NoteView, (), (id, contact_id, body_html, author_admin_id, created_at))

// The contact and the metadata are there when Intercom was told.
struct TrackedEventView {
    std::string id;
    std::optional<std::string> contact_id;
    std::string event_name;
    WallTime created_at{};
    std::optional<Scalars> metadata;
    bool duplicate{};
    bool tracked{};
};
BOOST_DESCRIBE_STRUCT(TrackedEventView, (), (id, contact_id, event_name, created_at, metadata, duplicate, tracked))

struct EventItemView {
    std::int64_t index{};
    ItemStatus status{};
    std::optional<std::string> id;
    std::optional<Tracking> tracking;
    std::optional<std::vector<FieldErrorView>> errors;
};
BOOST_DESCRIBE_STRUCT(EventItemView, (), (index, status, id, tracking, errors))

struct EventBatchView {
    std::int64_t accepted{};
    std::int64_t duplicates{};
    std::int64_t invalid{};
    std::vector<EventItemView> results;
};
BOOST_DESCRIBE_STRUCT(EventBatchView, (), (accepted, duplicates, invalid, results))

struct ContactTagView {
    std::string contact_id;
    std::string name;
    std::optional<std::string> tag_id;
    bool attached{};
};
BOOST_DESCRIBE_STRUCT(ContactTagView, (), (contact_id, name, tag_id, attached))

struct ContactProfileView {
    std::string id;
    ContactRole role{};
    std::optional<std::string> external_id;
    std::optional<std::string> email;
    std::optional<std::string> name;
    std::optional<std::string> phone;
    std::optional<std::string> owner_id;
    bool unsubscribed_from_emails{};
    bool has_hard_bounced{};
    bool marked_email_as_spam{};
    bool archived{};
    bool blocked{};
    std::optional<WallTime> created_at;
    std::optional<WallTime> updated_at;
    std::optional<WallTime> signed_up_at;
    std::optional<WallTime> last_seen_at;
    std::optional<WallTime> last_contacted_at;
    std::optional<WallTime> last_replied_at;
    std::optional<WallTime> last_email_opened_at;
    std::optional<WallTime> last_email_clicked_at;
    Scalars custom_attributes;
};
BOOST_DESCRIBE_STRUCT(ContactProfileView, (),
                      (id, role, external_id, email, name, phone, owner_id, unsubscribed_from_emails, has_hard_bounced,
                       marked_email_as_spam, archived, blocked, created_at, updated_at, signed_up_at, last_seen_at,
                       last_contacted_at, last_replied_at, last_email_opened_at, last_email_clicked_at,
                       custom_attributes))

struct ErasureView {
    std::int64_t deliveries{};
    std::int64_t cancelled{};
    std::int64_t messages{};
    std::int64_t events{};
    std::int64_t answers{};
    bool intercom_asked{};
};
BOOST_DESCRIBE_STRUCT(ErasureView, (), (deliveries, cancelled, messages, events, answers, intercom_asked))

MessageView message_view(const DirectMessage& message);
ContactProfileView contact_profile_view(const ContactProfile& profile);

}  // namespace herald::api
