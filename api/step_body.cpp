#include "api/step_body.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "api/typed_body.hpp"

namespace herald::api {
namespace {

// Steps that the earlier system took, and for which Intercom has no call.
constexpr std::array<std::string_view, 3> without_a_call{"create_ticket", "schedule_meeting", "send_sms"};

std::size_t depth_of(std::string_view pointer) {
    std::size_t depth = 0;
    for (const std::string_view arm : {"/then/", "/else/"})
        for (auto at = pointer.find(arm); at != std::string_view::npos; at = pointer.find(arm, at + 1)) ++depth;
    return depth;
}

bool read_type(Decoder& decoder, const boost::json::object& object, StepType& out) {
    const auto* type = object.if_contains("type");
    if (type == nullptr) {
        decoder.fail_at("type", FieldCode::required, fmt::format("is missing; there are: {}", all_names<StepType>()));
        return false;
    }
    const auto inside = decoder.enter("type");
    if (const auto* text = type->if_string();
        text != nullptr && std::ranges::find(without_a_call, std::string_view(*text)) != without_a_call.end()) {
        decoder.fail(FieldCode::invalid_value,
                     fmt::format("{} is not supported; there are: {}", std::string_view(*text), all_names<StepType>()));
        return false;
    }
    const auto before = decoder.mistakes();
    decode(decoder, *type, out);
    return decoder.mistakes() == before;
}

template <class MessageLike>
void check_body(Decoder& decoder, const MessageLike& body) {
    if (body.body_html.has_value() == body.body_text.has_value())
        decoder.fail(FieldCode::exactly_one_of, "a message has exactly one of body_html and body_text");
}

// What check_templates looks at, of any message.
struct Texts {
    std::optional<Text<500>> subject{};
    std::optional<Bytes<largest_body>> body_html{};
    std::optional<Bytes<largest_body>> body_text{};
};

void check_template(Decoder& decoder, std::string_view member, const std::string& text) {
    if (decoder.failed(member)) return;
    const auto compiled = Template::parse(text);
    if (compiled) return;
    for (const auto& mistake : compiled.error())
        decoder.fail_at(member, FieldCode::template_error,
                        fmt::format("at byte {}: {}", mistake.offset, mistake.detail));
}

}  // namespace

void decode(Decoder& decoder, const boost::json::value& value, StepBody& out) {
    out.path = decoder.pointer();
    const auto* object = value.if_object();
    if (object == nullptr) return decoder.wrong_type("an object", value);
    if (depth_of(out.path) > deepest_branch)
        return decoder.fail(FieldCode::too_many,
                            fmt::format("steps stand in at most {} branches, one in the other", deepest_branch));
    auto rest = *object;
    if (const auto* given = object->if_contains("on_error"); given != nullptr && !given->is_null()) {
        const auto inside = decoder.enter("on_error");
        decode(decoder, *given, out.on_error);
    }
    if (!read_type(decoder, *object, out.type)) return;
    rest.erase("on_error");
    rest.erase("type");
    decode_typed(decoder, std::move(rest), out.type, out.is);
}

boost::json::value encode(const StepBody& step) {
    boost::json::object head{{"type", encode(step.type)}};
    if (step.on_error != OnError::stop) head.emplace("on_error", encode(step.on_error));
    return encode_typed(std::move(head), step.is);
}

void check(Decoder& decoder, const NotificationStepBody& body) {
    check_body(decoder, body);
    check_templates(decoder, Texts{.body_html = body.body_html, .body_text = body.body_text});
}

void check(Decoder& decoder, const EmailStepBody& body) {
    check_body(decoder, body);
    if (body.subject.value.find_first_of("\r\n") != std::string::npos)
        decoder.fail_at("subject", FieldCode::invalid_value, "must not contain line breaks");
    check_templates(decoder, Texts{body.subject, body.body_html, body.body_text});
}

void check(Decoder& decoder, const TaskStepBody& body) {
    check_template(decoder, "description", body.description.value);
}

void check(Decoder& decoder, const UpdateStepBody& body) {
    if (!body.name && !body.phone && !body.unsubscribed_from_emails && !body.custom_attributes)
        decoder.fail(FieldCode::required,
                     "a change has at least one of name, phone, unsubscribed_from_emails and custom_attributes");
    if (body.unsubscribed_from_emails == false && !decoder.failed("unsubscribed_from_emails"))
        decoder.fail_at("unsubscribed_from_emails", FieldCode::not_allowed,
                        "false would subscribe the person again; only they can do that");
    if (body.custom_attributes) check_attributes(decoder, body.custom_attributes->values);
}

void check(Decoder& decoder, const SlackStepBody& body) {
    check_template(decoder, "text", body.text.value);
}

void check(Decoder& decoder, const DelayStepBody& body) {
    const bool any_failed =
        decoder.failed("duration") || decoder.failed("until_time") || decoder.failed("until_attribute");
    if (!any_failed &&
        int{body.duration.has_value()} + int{body.until_time.has_value()} + int{body.until_attribute.has_value()} != 1)
        decoder.fail(FieldCode::exactly_one_of, "a delay has exactly one of duration, until_time and until_attribute");
    check_duration(decoder, "duration", body.duration);
    check_time_of_day(decoder, "until_time", body.until_time);
    if (body.until_time && !body.time_zone && !decoder.failed("time_zone"))
        decoder.fail_at("time_zone", FieldCode::required, "a time of day is one in some zone: name it");
    if (!body.until_time && body.time_zone && !decoder.failed("until_time") && !decoder.failed("time_zone"))
        decoder.fail_at("time_zone", FieldCode::not_allowed, "means something only with until_time");
    if (!body.until_attribute && body.days_before && !decoder.failed("until_attribute") &&
        !decoder.failed("days_before"))
        decoder.fail_at("days_before", FieldCode::not_allowed, "means something only with until_attribute");
}

void check(Decoder& decoder, const WaitStepBody& body) {
    check_duration(decoder, "timeout", body.timeout);
}

}  // namespace herald::api
