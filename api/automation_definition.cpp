#include "api/automation_definition.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "domain/automation/local_time.hpp"
#include "domain/core/duration.hpp"

namespace herald::api {
namespace {

constexpr std::chrono::minutes usual_time_of_day = std::chrono::hours(9);
constexpr std::string_view usual_zone = "UTC";

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

template <class T>
std::optional<std::string> text_in(const std::optional<T>& text) {
    if (!text) return {};
    return text->value;
}

milliseconds duration_in(const DurationText& text) {
    return parse_duration(text.value).value_or(seconds{});
}

template <std::int64_t Min, std::int64_t Max>
milliseconds minutes_in(const std::optional<Number<Min, Max>>& number) {
    return std::chrono::minutes(number ? number->value : 0);
}

std::optional<Filter> filter_in(const std::optional<RunCondition>& body) {
    if (!body) return {};
    return body->filter;
}

TriggerAudience audience_in(const TriggerAudienceBody& body) {
    TriggerAudience out;
    if (body.contacts)
        for (auto person : body.contacts->values) out.contacts.push_back(ref_of(person));
    if (body.segment_id) out.queries.emplace_back(SegmentId{body.segment_id->value});
    if (body.filter) out.queries.emplace_back(body.filter->filter);
    return out;
}

TriggerRule rule_of(const TimeTriggerBody& body) {
    TimeTrigger out{.when = CronRule{}, .time_zone = body.time_zone.value, .audience = audience_in(body.audience)};
    if (const auto once = from_rfc3339(body.schedule.value))
        out.when = *once;
    else if (const auto rule = parse_cron(body.schedule.value))
        out.when = *rule;
    return out;
}

TriggerRule rule_of(const ContractTriggerBody& body) {
    if (!body.days_before) return ContractTrigger{body.event_type.value};
    DateTrigger out{.event_type = body.event_type.value,
                    .days_before = body.days_before->value,
                    .date_attribute = body.date_attribute->value,
                    .time_of_day = usual_time_of_day,
                    .time_zone = text_in(body.time_zone).value_or(std::string(usual_zone))};
    if (body.time_of_day) out.time_of_day = parse_time_of_day(body.time_of_day->value).value_or(usual_time_of_day);
    return out;
}

TriggerRule rule_of(const AnyTrigger& body) {
    return std::visit(
        Overloaded{
            [](const std::monostate&) -> TriggerRule { return CustomTrigger{}; },
            [](const TimeTriggerBody& b) { return rule_of(b); },
            [](const EventTriggerBody& b) -> TriggerRule { return EventTrigger{b.event.value, filter_in(b.filter)}; },
            [](const BehaviorTriggerBody& b) -> TriggerRule {
                BehaviorTrigger out{.behavior = b.behavior.value, .count = b.count ? b.count->value : 1, .within = {}};
                if (b.within) out.within = duration_in(*b.within);
                return out;
            },
            [](const HealthTriggerBody& b) -> TriggerRule {
                return CrossingTrigger{std::string(health_score_metric), b.threshold, b.direction};
            },
            [](const MilestoneTriggerBody& b) -> TriggerRule { return MilestoneTrigger{b.milestone_name.value}; },
            [](const ContractTriggerBody& b) { return rule_of(b); },
            [](const UsageTriggerBody& b) -> TriggerRule {
                return CrossingTrigger{b.metric.value, b.threshold, b.direction};
            },
            [](const CustomTriggerBody& b) -> TriggerRule { return CustomTrigger{b.filter.filter}; }},
        body);
}

std::optional<std::int64_t> admin_in(const std::optional<SenderBody>& sender) {
    return sender ? sender->admin_id : std::nullopt;
}

MessageStep message_step(Channel channel, std::optional<std::string> subject, const auto& body, Style style) {
    Campaign content;
    content.channel = channel;
    content.subject = std::move(subject);
    content.style = style;
    content.body = body.body_html ? Body{Body::Format::html, body.body_html->value}
                                  : Body{Body::Format::text, body.body_text->value};
    return {.channel = channel,
            .content = MessageContent::compile(content).value(),
            .style = style,
            .admin_id = admin_in(body.sender)};
}

Scalar number_of(double value) {
    constexpr double exact_integers = 9007199254740992.0;
    if (std::abs(value) < exact_integers && std::trunc(value) == value) return static_cast<std::int64_t>(value);
    return value;
}

UpdateStep update_step(const UpdateStepBody& body) {
    UpdateStep out;
    out.change.name = text_in(body.name);
    out.change.phone = text_in(body.phone);
    out.change.unsubscribe_from_emails = body.unsubscribed_from_emails.value_or(false);
    if (body.custom_attributes) out.change.custom_attributes = body.custom_attributes->values;
    return out;
}

DelayStep delay_step(const DelayStepBody& body) {
    if (body.duration) return {FixedDelay{duration_in(*body.duration)}};
    if (body.until_time)
        return {LocalTimeDelay{parse_time_of_day(body.until_time->value).value_or(usual_time_of_day),
                               body.time_zone->value}};
    return {AttributeDelay{body.until_attribute->value, body.days_before ? body.days_before->value : 0}};
}

// Every step but a branch.
StepRule step_rule(const StepBody& step) {
    return std::visit(
        Overloaded{
            [](const std::monostate&) -> StepRule { return ExitStep{}; },
            [](const BranchStepBody&) -> StepRule { return BranchStep{}; },
            [](const NotificationStepBody& b) -> StepRule {
                return message_step(Channel::in_app, {}, b, Style::plain);
            },
            [](const EmailStepBody& b) -> StepRule {
                return message_step(Channel::email, b.subject.value, b, b.style.value_or(Style::plain));
            },
            [](const TaskStepBody& b) -> StepRule {
                return TaskStep{Template::parse(b.description.value).value(), admin_in(b.author)};
            },
            [&](const TagStepBody& b) -> StepRule { return TagStep{b.tag.value, step.type == StepType::add_tag}; },
            [](const TrackStepBody& b) -> StepRule {
                return TrackStep{b.event_name.value, b.metadata ? b.metadata->values : Scalars{}};
            },
            [](const UpdateStepBody& b) -> StepRule { return update_step(b); },
            [](const HealthStepBody& b) -> StepRule {
                UpdateStep out;
                out.change.custom_attributes[std::string(health_score_metric)] = number_of(b.health_score);
                return out;
            },
            [](const WebhookStepBody& b) -> StepRule {
                return WebhookStep{b.url.value, b.data ? b.data->values : Scalars{}};
            },
            [](const SlackStepBody& b) -> StepRule {
                return SlackStep{b.webhook_url.value, Template::parse(b.text.value).value()};
            },
            [](const DelayStepBody& b) -> StepRule { return delay_step(b); },
            [](const WaitStepBody& b) -> StepRule {
                return WaitStep{.event = b.event.value,
                                .filter = filter_in(b.filter),
                                .timeout = duration_in(b.timeout),
                                .exit_on_timeout = b.on_timeout == OnTimeout::exit};
            },
            [](const ExitStepBody& b) -> StepRule { return ExitStep{text_in(b.reason).value_or("")}; }},
        step.is);
}

void flatten(const Arm& arm, Program& program) {
    for (const auto& step : arm.values) {
        const auto at = program.size();
        program.push_back({step.path, step.type, step_rule(step), step.on_error});
        const auto* branch = std::get_if<BranchStepBody>(&step.is);
        if (branch == nullptr) continue;
        flatten(branch->then, program);
        const auto end_of_then = program.size();
        if (branch->else_) program.push_back({step.path, step.type, JumpStep{}, step.on_error});
        program[at].rule = BranchStep{branch->filter.filter, program.size()};
        if (!branch->else_) continue;
        flatten(*branch->else_, program);
        program[end_of_then].rule = JumpStep{program.size()};
    }
}

}  // namespace

Trigger trigger_of(const TriggerBody& body) {
    return {body.type, rule_of(body.is)};
}

std::shared_ptr<const Definition> definition_of(const AutomationBody& body) {
    Definition out;
    out.name = body.name.value;
    out.trigger = trigger_of(body.trigger);
    out.delay = minutes_in(body.delay_minutes);
    flatten(body.steps, out.program);
    if (body.entry) out.entry = {body.entry->rule, minutes_in(body.entry->cooldown_minutes)};
    if (body.exit) out.exit = {filter_in(body.exit->filter), text_in(body.exit->event)};
    if (body.late) out.late.policy = body.late->policy;
    if (body.late && body.late->after_minutes) out.late.after = minutes_in(body.late->after_minutes);
    if (body.variables) out.variables = body.variables->values;
    return std::make_shared<const Definition>(std::move(out));
}

std::int64_t actions_in(const Definition& definition) {
    return std::ranges::count_if(definition.program, [](const Step& step) { return !is_control(step); });
}

}  // namespace herald::api
