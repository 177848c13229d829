// check_definition: what a definition is held against

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/automation_definition.hpp"
#include "domain/automation/dates.hpp"
#include "domain/automation/engine.hpp"
#include "domain/campaign/schedule.hpp"
#include "domain/filter/contact_search.hpp"

namespace herald::api {
namespace {

constexpr std::string_view mask = "/…";

void check_zone(Decoder& decoder, const std::string& pointer, const ZoneName& zone, const TimeZones& zones) {
    if (decoder.clean_in(pointer) && !zones.known(zone.value))
        decoder.fail_in(pointer, FieldCode::invalid_value,
                        "is not the IANA name of a time zone, such as Europe/Berlin");
}

// RFC 3339 begins with a year, which no rule of cron does.
bool looks_like_a_time(std::string_view schedule) {
    return schedule.size() > 4 && schedule[4] == '-' && !schedule.contains(' ');
}

// The instant is written instead of a local time. The zone is known.
std::string check_time(TimeTriggerBody& body, const Judges& judges) {
    const auto time = parse_timestamp(body.schedule.value);
    if (!time)
        return "is not a date and time such as 2026-12-01T09:00:00+01:00 or, in the time_zone, 2026-12-01T09:00:00";
    const bool far = WallTime{time->local.time_since_epoch()} >= end_of_schedules;
    const auto at = far            ? end_of_schedules
                    : time->offset ? *time->instant()
                                   : judges.zones.instant(body.time_zone.value, time->local);
    if (at >= end_of_schedules)
        return "years from 2037 on are not taken: the rules of the time zones are not known so far ahead";
    if (at <= judges.now) return "is in the past";
    body.schedule.value = to_rfc3339(at);
    return {};
}

std::string check_rule(const TimeTriggerBody& body, const Judges& judges) {
    const auto rule = parse_cron(body.schedule.value);
    if (!rule) return rule.error();
    if (next_fire(*rule, body.time_zone.value, judges.zones, judges.now)) return {};
    return "never fires before 2037, the last year that is known of time zones";
}

void check_schedule(Decoder& decoder, TimeTriggerBody& body, const Judges& judges) {
    check_zone(decoder, "/trigger/time_zone", body.time_zone, judges.zones);
    if (!decoder.clean_in("/trigger/time_zone") || !decoder.clean_in("/trigger/schedule")) return;
    auto wrong = looks_like_a_time(body.schedule.value) ? check_time(body, judges) : check_rule(body, judges);
    if (!wrong.empty()) decoder.fail_in("/trigger/schedule", FieldCode::invalid_value, std::move(wrong));
}

void check_named(Decoder& decoder, const TriggerAudienceBody& audience, const Judges& judges) {
    constexpr std::string_view place = "/trigger/audience/contacts";
    if (!audience.contacts || !audience.contacts->values.empty() || judges.nobody_named) return;
    if (decoder.clean_in(place))
        decoder.fail_in(std::string(place), FieldCode::too_few, "0 elements, at least 1 needed");
}

// The date is searched for at Intercom when its day comes.
void check_date(Decoder& decoder, const ContractTriggerBody& body, const Judges& judges) {
    if (body.time_zone) check_zone(decoder, "/trigger/time_zone", *body.time_zone, judges.zones);
    constexpr std::string_view place = "/trigger/date_attribute";
    if (!body.date_attribute || !decoder.clean_in(place)) return;
    const auto query = around(body.date_attribute->value,
                              LocalDay{std::chrono::floor<std::chrono::days>(judges.now.time_since_epoch())});
    const auto refused = refused_by_contact_search(query);
    if (!refused.empty()) decoder.fail_in(std::string(place), FieldCode::not_searchable, refused.front().reason);
}

void check_trigger(Decoder& decoder, AnyTrigger& trigger, const Judges& judges) {
    if (auto* time = std::get_if<TimeTriggerBody>(&trigger)) {
        check_schedule(decoder, *time, judges);
        check_named(decoder, time->audience, judges);
    }
    if (const auto* contract = std::get_if<ContractTriggerBody>(&trigger)) check_date(decoder, *contract, judges);
}

void check_url(Decoder& decoder, const std::string& pointer, const UrlText& url, const Webhooks& webhooks) {
    if (!decoder.clean_in(pointer)) return;
    if (url.value.ends_with(mask))
        return decoder.fail_in(pointer, FieldCode::invalid_value,
                               "is masked, as answers show it: write the whole address");
    if (auto refused = webhooks.refusal(url.value))
        decoder.fail_in(pointer, FieldCode::invalid_value, *std::move(refused));
}

// Each text of the step, and where it stands in it.
std::vector<std::pair<std::string_view, std::string>> texts_in(const AnyStep& step) {
    std::vector<std::pair<std::string_view, std::string>> out;
    const auto add_body = [&](const auto& message) {
        if (message.body_html) out.emplace_back("body_html", message.body_html->value);
        if (message.body_text) out.emplace_back("body_text", message.body_text->value);
    };
    if (const auto* email = std::get_if<EmailStepBody>(&step)) {
        out.emplace_back("subject", email->subject.value);
        add_body(*email);
    }
    if (const auto* notification = std::get_if<NotificationStepBody>(&step)) add_body(*notification);
    if (const auto* task = std::get_if<TaskStepBody>(&step)) out.emplace_back("description", task->description.value);
    if (const auto* slack = std::get_if<SlackStepBody>(&step)) out.emplace_back("text", slack->text.value);
    return out;
}

void check_variables(Decoder& decoder, const StepBody& step, const Trigger& trigger, const Variables& variables) {
    for (const auto& [member, text] : texts_in(step.is)) {
        const auto pointer = fmt::format("{}/{}", step.path, member);
        const auto compiled = Template::parse(text);
        if (!compiled || !decoder.clean_in(pointer)) continue;
        for (const auto& variable : compiled->variables())
            if (const auto refused = variable_refused(trigger, variables, variable))
                decoder.fail_in(pointer, FieldCode::template_error, *refused);
    }
}

void need_sender(Decoder& decoder, std::string pointer, const std::optional<SenderBody>& sender, const Judges& judges) {
    if (!sender && !judges.default_sender && decoder.clean_in(pointer))
        decoder.fail_in(std::move(pointer), FieldCode::sender_missing,
                        "name an admin, or set INTERCOM_SENDER_ADMIN_ID for this service");
}

constexpr std::string_view no_template = "is no template: it is sent as it stands, so it takes no {{ … }}";

void refuse_templates(Decoder& decoder, const std::string& pointer, const Scalars& values) {
    for (const auto& [key, value] : values)
        if (const auto* text = std::get_if<std::string>(&value); text != nullptr && text->contains("{{"))
            decoder.fail_below(pointer, key, FieldCode::not_allowed, std::string(no_template));
}

// Texts that go to Intercom as they stand. Whoever writes a variable there expects more.
void check_literals(Decoder& decoder, const StepBody& step) {
    const auto literal = [&](std::string_view member, const auto& text) {
        if (text && text->value.contains("{{"))
            decoder.fail_below(step.path, member, FieldCode::not_allowed, std::string(no_template));
    };
    if (const auto* tag = std::get_if<TagStepBody>(&step.is)) literal("tag", std::optional(tag->tag));
    if (const auto* track = std::get_if<TrackStepBody>(&step.is)) {
        literal("event_name", std::optional(track->event_name));
        if (track->metadata) refuse_templates(decoder, step.path + "/metadata", track->metadata->values);
    }
    if (const auto* update = std::get_if<UpdateStepBody>(&step.is)) {
        literal("name", update->name);
        literal("phone", update->phone);
        if (update->custom_attributes)
            refuse_templates(decoder, step.path + "/custom_attributes", update->custom_attributes->values);
    }
}

// custom_attributes without one, and nothing else.
void check_change(Decoder& decoder, const StepBody& step) {
    const auto* update = std::get_if<UpdateStepBody>(&step.is);
    if (update == nullptr || !update->custom_attributes || !update->custom_attributes->values.empty()) return;
    const bool changes = update->name || update->phone || update->unsubscribed_from_emails;
    if (!changes && decoder.clean_in(step.path))
        decoder.fail_in(step.path + "/custom_attributes", FieldCode::too_few, "the step would change nothing");
}

void check_step(Decoder& decoder, const StepBody& step, const Judges& judges) {
    check_literals(decoder, step);
    check_change(decoder, step);
    if (const auto* email = std::get_if<EmailStepBody>(&step.is))
        need_sender(decoder, step.path + "/sender", email->sender, judges);
    if (const auto* notification = std::get_if<NotificationStepBody>(&step.is))
        need_sender(decoder, step.path + "/sender", notification->sender, judges);
    if (const auto* task = std::get_if<TaskStepBody>(&step.is))
        need_sender(decoder, step.path + "/author", task->author, judges);
    if (const auto* webhook = std::get_if<WebhookStepBody>(&step.is)) {
        check_url(decoder, step.path + "/url", webhook->url, judges.webhooks);
        if (!judges.webhooks.can_sign())
            decoder.fail_in(
                step.path + "/type", FieldCode::not_allowed,
                "webhooks are signed, and this service has no secret to sign them with (HERALD_WEBHOOK_SECRETS)");
    }
    if (const auto* slack = std::get_if<SlackStepBody>(&step.is))
        check_url(decoder, step.path + "/webhook_url", slack->webhook_url, judges.webhooks);
    if (const auto* delay = std::get_if<DelayStepBody>(&step.is); delay != nullptr && delay->time_zone)
        check_zone(decoder, step.path + "/time_zone", *delay->time_zone, judges.zones);
}

void refuse_event_fields(Decoder& decoder, const Filter& filter, const FilterPlace& place) {
    if (filter.kind != Filter::Kind::condition) {
        for (std::size_t i = 0; i < filter.parts.size(); ++i)
            refuse_event_fields(decoder, filter.parts[i], place.parts.at(i));
        return;
    }
    if (filter.condition.field.starts_with("event."))
        decoder.fail_in(place.entry ? place.pointer : place.pointer + "/field", FieldCode::not_allowed,
                        "runs of this trigger begin without an event that it could be about");
}

// Filters of an automation whose runs do not begin with an event. That of a wait_for is about the event it waits for.
void check_eventless(Decoder& decoder, const AutomationBody& body) {
    const auto check = [&](const std::optional<RunCondition>& filter) {
        if (filter && decoder.clean_in(filter->place.pointer))
            refuse_event_fields(decoder, filter->filter, filter->place);
    };
    if (body.exit) check(body.exit->filter);
    for_each_step(body.steps, [&](const StepBody& step) {
        if (const auto* branch = std::get_if<BranchStepBody>(&step.is)) check(branch->filter);
    });
}

}  // namespace

void check_definition(Decoder& decoder, AutomationBody& body, const Judges& judges) {
    check_trigger(decoder, body.trigger.is, judges);
    for_each_step(std::as_const(body.steps), [&](const StepBody& step) { check_step(decoder, step, judges); });
    if (!decoder.clean_in("/trigger")) return;
    const auto trigger = trigger_of(body.trigger);
    const auto variables = body.variables ? body.variables->values : Variables{};
    for_each_step(std::as_const(body.steps),
                  [&](const StepBody& step) { check_variables(decoder, step, trigger, variables); });
    if (!begins_with_event(trigger)) check_eventless(decoder, body);
}

}  // namespace herald::api
