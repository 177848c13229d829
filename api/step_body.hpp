#pragma once
// What a run does, as clients write it: an object for each type of step. The bounds are in the types, the rules in
// check().

#include <array>
#include <optional>
#include <string>
#include <variant>

#include <boost/describe/class.hpp>

#include "api/trigger_body.hpp"

namespace herald::api {

inline constexpr std::size_t deepest_branch = 5;
using UrlText = Text<2'048>;

struct NotificationStepBody {
    static constexpr std::array types{StepType::send_in_app_notification};
    std::optional<Bytes<largest_body>> body_html;
    std::optional<Bytes<largest_body>> body_text;
    std::optional<SenderBody> sender;
};
BOOST_DESCRIBE_STRUCT(NotificationStepBody, (), (body_html, body_text, sender))

struct EmailStepBody {
    static constexpr std::array types{StepType::send_email};
    Text<500> subject;
    std::optional<Bytes<largest_body>> body_html;
    std::optional<Bytes<largest_body>> body_text;
    std::optional<Style> style;
    std::optional<SenderBody> sender;
};
BOOST_DESCRIBE_STRUCT(EmailStepBody, (), (subject, body_html, body_text, style, sender))

struct TaskStepBody {
    static constexpr std::array types{StepType::create_task};
    Bytes<32UL * 1024UL> description;
    std::optional<SenderBody> author;
};
BOOST_DESCRIBE_STRUCT(TaskStepBody, (), (description, author))

struct TagStepBody {
    static constexpr std::array types{StepType::add_tag, StepType::remove_tag};
    Text<255> tag;
};
BOOST_DESCRIBE_STRUCT(TagStepBody, (), (tag))

struct TrackStepBody {
    static constexpr std::array types{StepType::track_event};
    EventName event_name;
    std::optional<ScalarMap<10, 255>> metadata;
};
BOOST_DESCRIBE_STRUCT(TrackStepBody, (), (event_name, metadata))

struct UpdateStepBody {
    static constexpr std::array types{StepType::update_contact};
    std::optional<Text<255>> name;
    std::optional<Text<64>> phone;
    std::optional<bool> unsubscribed_from_emails;
    std::optional<ScalarMap<100, 255>> custom_attributes;
};
BOOST_DESCRIBE_STRUCT(UpdateStepBody, (), (name, phone, unsubscribed_from_emails, custom_attributes))

struct HealthStepBody {
    static constexpr std::array types{StepType::update_health_score};
    double health_score{};
};
BOOST_DESCRIBE_STRUCT(HealthStepBody, (), (health_score))

struct WebhookStepBody {
    static constexpr std::array types{StepType::trigger_webhook};
    UrlText url;
    std::optional<ScalarMap<50, 1'000>> data;
};
BOOST_DESCRIBE_STRUCT(WebhookStepBody, (), (url, data))

struct SlackStepBody {
    static constexpr std::array types{StepType::send_slack_message};
    UrlText webhook_url;
    Bytes<32UL * 1024UL> text;
};
BOOST_DESCRIBE_STRUCT(SlackStepBody, (), (webhook_url, text))

struct DelayStepBody {
    static constexpr std::array types{StepType::delay};
    std::optional<DurationText> duration;
    std::optional<TimeOfDayText> until_time;
    std::optional<ZoneName> time_zone;
    std::optional<FieldName> until_attribute;
    std::optional<Number<-365, 365>> days_before;
};
BOOST_DESCRIBE_STRUCT(DelayStepBody, (), (duration, until_time, time_zone, until_attribute, days_before))

struct WaitStepBody {
    static constexpr std::array types{StepType::wait_for};
    EventName event;
    DurationText timeout;
    std::optional<RunCondition> filter;
    std::optional<OnTimeout> on_timeout;
};
BOOST_DESCRIBE_STRUCT(WaitStepBody, (), (event, timeout, filter, on_timeout))

struct StepBody;
using Arm = List<StepBody, 1, most_steps>;

struct BranchStepBody {
    static constexpr std::array types{StepType::branch};
    RunCondition filter;
    Arm then;
    std::optional<Arm> else_;
};
BOOST_DESCRIBE_STRUCT(BranchStepBody, (), (filter, then, else_))

struct ExitStepBody {
    static constexpr std::array types{StepType::exit};
    std::optional<Text<255>> reason;
};
BOOST_DESCRIBE_STRUCT(ExitStepBody, (), (reason))

// monostate: it could not be told which.
using AnyStep = std::variant<std::monostate, NotificationStepBody, EmailStepBody, TaskStepBody, TagStepBody,
                             TrackStepBody, UpdateStepBody, HealthStepBody, WebhookStepBody, SlackStepBody,
                             DelayStepBody, WaitStepBody, BranchStepBody, ExitStepBody>;

struct StepBody {
    std::string path;  // where it stands in the body, which names it in traces
    StepType type{};
    OnError on_error{};
    AnyStep is;
};
void decode(Decoder& decoder, const boost::json::value& value, StepBody& out);
boost::json::value encode(const StepBody& step);

void check(Decoder& decoder, const NotificationStepBody& body);
void check(Decoder& decoder, const EmailStepBody& body);
void check(Decoder& decoder, const TaskStepBody& body);
void check(Decoder& decoder, const UpdateStepBody& body);
void check(Decoder& decoder, const SlackStepBody& body);
void check(Decoder& decoder, const DelayStepBody& body);
void check(Decoder& decoder, const WaitStepBody& body);

}  // namespace herald::api
