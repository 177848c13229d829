#include "domain/automation/admission.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "domain/automation/dates.hpp"
#include "domain/filter/evaluate.hpp"

namespace herald {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

constexpr std::string_view milestone_event = "milestone";
constexpr std::string_view contract_event = "contract_event";

bool says(const IncomingEvent& event, const std::string& key, const std::string& value) {
    const auto found = event.metadata.find(key);
    if (found == event.metadata.end()) return false;
    const auto* text = std::get_if<std::string>(&found->second);
    return text != nullptr && *text == value;
}

bool reaches(const MilestoneTrigger& trigger, const IncomingEvent& event) {
    return event.name == milestone_event &&
           (says(event, "milestone_name", trigger.milestone) || says(event, "name", trigger.milestone));
}

bool is_contract(const ContractTrigger& trigger, const IncomingEvent& event) {
    return event.name == trigger.event_type ||
           (event.name == contract_event && says(event, "event_type", trigger.event_type));
}

std::optional<double> number_in(const Scalar& value) {
    std::optional<double> out;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) out = static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&value)) out = *real;
    if (const auto* text = std::get_if<std::string>(&value)) {
        double number{};
        const auto* const end = text->data() + text->size();
        const auto [rest, error] = std::from_chars(text->data(), end, number);
        if (!text->empty() && error == std::errc{} && rest == end) out = number;
    }
    if (out && !std::isfinite(*out)) out.reset();
    return out;
}

bool beyond(const CrossingTrigger& trigger, double value) {
    return trigger.direction == Direction::below ? value < trigger.threshold : value > trigger.threshold;
}

Admission crosses(const CrossingTrigger& trigger, const IncomingEvent& event, const Values& before) {
    const auto carried = values_in(event, {trigger.metric});
    if (carried.empty()) return {};
    const double now = carried.begin()->second;
    const auto known = before.find(trigger.metric);
    if (known == before.end())
        return {false, fmt::format("{} was never seen before: that is no crossing", trigger.metric)};
    const auto edge = fmt::format("{} {}", name(trigger.direction), trigger.threshold);
    if (!beyond(trigger, now)) return {false, fmt::format("{} is not {}", trigger.metric, edge)};
    if (beyond(trigger, known->second)) return {false, fmt::format("{} was {} already", trigger.metric, edge)};
    return {true, fmt::format("{} crossed to {}", trigger.metric, edge)};
}

// A time that has not come yet is now: it would outlive every window.
Admission counts(const BehaviorTrigger& trigger, const IncomingEvent& event, History& history, WallTime now) {
    auto& times = history.occurrences;
    const auto when = std::min(event.at, now);
    times.insert(std::ranges::upper_bound(times, when), when);
    const auto latest = times.back();
    if (trigger.within) std::erase_if(times, [&](WallTime at) { return latest - at > *trigger.within; });
    const auto seen = static_cast<std::int64_t>(times.size());
    if (seen < trigger.count)
        return {false, fmt::format("{} happened {} of {} times", trigger.behavior, seen, trigger.count)};
    times.clear();
    return {true, fmt::format("{} happened {} times", trigger.behavior, seen)};
}

Admission matching(const Filter& filter, const Scalars& facts, WallTime now, std::string because) {
    auto judgement = judge(filter, facts, now);
    if (!judgement.matches) return {false, std::move(judgement.because)};
    return {true, std::move(because)};
}

// What the trigger itself says, before it is asked who may enter again.
Admission fires(const Trigger& trigger, const IncomingEvent& event, const Scalars& facts, const Values& before,
                History& history, WallTime now) {
    auto came = [&] { return fmt::format("the event {} came", event.name); };
    return std::visit(
        Overloaded{[&](const TimeTrigger&) { return Admission{}; }, [&](const DateTrigger&) { return Admission{}; },
                   [&](const EventTrigger& rule) {
                       return rule.filter ? matching(*rule.filter, facts, now, came()) : Admission{true, came()};
                   },
                   [&](const BehaviorTrigger& rule) { return counts(rule, event, history, now); },
                   [&](const CrossingTrigger& rule) { return crosses(rule, event, before); },
                   [&](const MilestoneTrigger& rule) {
                       return Admission{true, fmt::format("the milestone {} was reached", rule.milestone)};
                   },
                   [&](const ContractTrigger& rule) {
                       return Admission{true, fmt::format("the contract event {} came", rule.event_type)};
                   },
                   [&](const CustomTrigger& rule) { return matching(rule.filter, facts, now, came()); }},
        trigger.rule);
}

// Once for each date is once, too.
bool is_once(const Definition& definition) {
    if (std::holds_alternative<MilestoneTrigger>(definition.trigger.rule)) return true;
    return definition.entry.rule == EntryRule::once && !std::holds_alternative<DateTrigger>(definition.trigger.rule);
}

Admission may_enter(const Definition& definition, History& history, WallTime now, std::string because) {
    const bool once = is_once(definition);
    if (once && history.entries > 0) return {false, "the contact entered before, and may once"};
    if (definition.entry.rule == EntryRule::cooldown && history.last_entry) {
        const auto again = *history.last_entry + definition.entry.cooldown;
        if (now < again) return {false, fmt::format("the contact may enter again from {} on", to_rfc3339(again))};
    }
    ++history.entries;
    history.last_entry = now;
    return {true, std::move(because)};
}

bool only_about_the_event(const Filter& filter) {
    if (filter.kind == Filter::Kind::condition) return filter.condition.field.starts_with("event.");
    return std::ranges::all_of(filter.parts, only_about_the_event);
}

bool may_match(const Filter& filter, const IncomingEvent& event) {
    if (!only_about_the_event(filter)) return true;
    Scalars facts;
    add_event_facts(facts, event.name, event.metadata);
    return judge(filter, facts, event.at).matches;
}

}  // namespace

std::string watched_metric(const Trigger& trigger) {
    const auto* crossing = std::get_if<CrossingTrigger>(&trigger.rule);
    return crossing == nullptr ? std::string() : crossing->metric;
}

Values values_in(const IncomingEvent& event, const std::vector<std::string>& metrics) {
    Values out;
    if (event.kind == IncomingEvent::Kind::report) return out;
    for (const auto& metric : metrics) {
        const auto found = event.metadata.find(metric);
        if (found == event.metadata.end()) continue;
        if (const auto number = number_in(found->second)) out.emplace(metric, *number);
    }
    return out;
}

bool concerns(const Trigger& trigger, const IncomingEvent& event) {
    if (event.kind == IncomingEvent::Kind::report) return false;
    if (const auto* crossing = std::get_if<CrossingTrigger>(&trigger.rule))
        return !values_in(event, {crossing->metric}).empty();
    if (event.kind == IncomingEvent::Kind::write) return false;
    return std::visit(Overloaded{[](const TimeTrigger&) { return false; }, [](const DateTrigger&) { return false; },
                                 [&](const EventTrigger& rule) { return rule.event == event.name; },
                                 [&](const BehaviorTrigger& rule) { return rule.behavior == event.name; },
                                 [](const CrossingTrigger&) { return false; },
                                 [&](const MilestoneTrigger& rule) { return reaches(rule, event); },
                                 [&](const ContractTrigger& rule) { return is_contract(rule, event); },
                                 [&](const CustomTrigger& rule) { return may_match(rule.filter, event); }},
                      trigger.rule);
}

Admission admit(const Definition& definition, const IncomingEvent& event, const Scalars& facts, const Values& before,
                History& history, WallTime now) {
    if (!concerns(definition.trigger, event)) return {};
    if (event.depth > deepest_event)
        return {false, fmt::format("the event came through more than {} automations", deepest_event)};
    auto fired = fires(definition.trigger, event, facts, before, history, now);
    if (!fired.enters) return fired;
    return may_enter(definition, history, now, std::move(fired.because));
}

Admission admit_at(const Definition& definition, WallTime at, const Scalars& facts, const TimeZones& zones,
                   History& history, WallTime now) {
    const auto* dated = std::get_if<DateTrigger>(&definition.trigger.rule);
    if (dated == nullptr)
        return may_enter(definition, history, now, fmt::format("the schedule fired at {}", to_rfc3339(at)));
    const auto date = date_in(facts, dated->date_attribute);
    if (!date) return {false, fmt::format("{} holds no date", dated->date_attribute)};
    const auto day = calendar_day(*date, dated->time_zone, zones);
    if (day != day_of(at, dated->time_zone, zones) + std::chrono::days(dated->days_before))
        return {false, fmt::format("{} is another day", dated->date_attribute)};
    const auto text = to_rfc3339(*date);
    if (history.last_date == text) return {false, "it has fired for this date"};
    auto admitted =
        may_enter(definition, history, now, fmt::format("{} is in {} days", dated->date_attribute, dated->days_before));
    if (admitted.enters) history.last_date = text;
    return admitted;
}

}  // namespace herald
