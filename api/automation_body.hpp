#pragma once
// What a client sends to create an automation. What a version says is stored in the same form.

#include <functional>
#include <optional>

#include <boost/describe/class.hpp>

#include "api/step_body.hpp"

namespace herald::api {

inline constexpr std::int64_t longest_minutes = 1'051'200;  // two years

struct EntryBody {
    EntryRule rule{};
    std::optional<Number<1, longest_minutes>> cooldown_minutes;
};
BOOST_DESCRIBE_STRUCT(EntryBody, (), (rule, cooldown_minutes))

struct ExitBody {
    std::optional<RunCondition> filter;
    std::optional<EventName> event;
};
BOOST_DESCRIBE_STRUCT(ExitBody, (), (filter, event))

struct LateBody {
    LatePolicy policy{};
    std::optional<Number<1, longest_minutes>> after_minutes;
};
BOOST_DESCRIBE_STRUCT(LateBody, (), (policy, after_minutes))

struct AutomationBody {
    Text<255> name;
    std::optional<Text<1'000>> description;
    TriggerBody trigger;
    Arm steps;
    std::optional<Number<0, longest_minutes>> delay_minutes;
    std::optional<bool> is_active;
    std::optional<EntryBody> entry;
    std::optional<ExitBody> exit;
    std::optional<LateBody> late;
    std::optional<VariablesBody> variables;
    std::optional<MetadataBody> metadata;
    std::optional<Text<255>> created_by;
};
BOOST_DESCRIBE_STRUCT(AutomationBody, (),
                      (name, description, trigger, steps, delay_minutes, is_active, entry, exit, late, variables,
                       metadata, created_by))

void check(Decoder& decoder, const EntryBody& body);
void check(Decoder& decoder, const ExitBody& body);
void check(Decoder& decoder, const AutomationBody& body);

// Every step, also those in branches, in the order of the text.
void for_each_step(Arm& steps, const std::function<void(StepBody&)>& visit);
void for_each_step(const Arm& steps, const std::function<void(const StepBody&)>& visit);

}  // namespace herald::api
