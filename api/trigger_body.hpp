#pragma once
// What starts an automation, as clients write it: an object for each type. The bounds are in the types, the rules in
// check().

#include <array>
#include <optional>
#include <variant>

#include <boost/describe/class.hpp>

#include "api/automation_enums.hpp"
#include "api/operation_body.hpp"
#include "api/run_condition.hpp"

namespace herald::api {

using EventName = Text<255>;
using FieldName = Text<255>;
using ZoneName = Text<64>;
using DurationText = Text<16>;   // "7d"
using TimeOfDayText = Text<16>;  // "09:00"

struct TriggerAudienceBody {
    std::optional<List<PersonBody, 0, 1'000>> contacts;  // empty: those who were named have been erased
    std::optional<Text<64>> segment_id;
    std::optional<FilterBody> filter;
};
BOOST_DESCRIBE_STRUCT(TriggerAudienceBody, (), (contacts, segment_id, filter))

struct TimeTriggerBody {
    static constexpr std::array types{TriggerType::time_based};
    Text<512> schedule;
    ZoneName time_zone;
    TriggerAudienceBody audience;
};
BOOST_DESCRIBE_STRUCT(TimeTriggerBody, (), (schedule, time_zone, audience))

struct EventTriggerBody {
    static constexpr std::array types{TriggerType::event_based};
    EventName event;
    std::optional<RunCondition> filter;
};
BOOST_DESCRIBE_STRUCT(EventTriggerBody, (), (event, filter))

struct BehaviorTriggerBody {
    static constexpr std::array types{TriggerType::behavior_based};
    EventName behavior;
    std::optional<Number<1, BehaviorTrigger::most>> count;
    std::optional<DurationText> within;
};
BOOST_DESCRIBE_STRUCT(BehaviorTriggerBody, (), (behavior, count, within))

struct HealthTriggerBody {
    static constexpr std::array types{TriggerType::health_score};
    double threshold{};
    Direction direction{};
};
BOOST_DESCRIBE_STRUCT(HealthTriggerBody, (), (threshold, direction))

struct MilestoneTriggerBody {
    static constexpr std::array types{TriggerType::milestone};
    Text<255> milestone_name;
};
BOOST_DESCRIBE_STRUCT(MilestoneTriggerBody, (), (milestone_name))

struct ContractTriggerBody {
    static constexpr std::array types{TriggerType::contract_event};
    EventName event_type;
    std::optional<Number<0, 365>> days_before;
    std::optional<FieldName> date_attribute;
    std::optional<TimeOfDayText> time_of_day;
    std::optional<ZoneName> time_zone;
};
BOOST_DESCRIBE_STRUCT(ContractTriggerBody, (), (event_type, days_before, date_attribute, time_of_day, time_zone))

struct UsageTriggerBody {
    static constexpr std::array types{TriggerType::usage_pattern};
    FieldName metric;
    double threshold{};
    Direction direction{};
};
BOOST_DESCRIBE_STRUCT(UsageTriggerBody, (), (metric, threshold, direction))

struct CustomTriggerBody {
    static constexpr std::array types{TriggerType::custom};
    RunCondition filter;
};
BOOST_DESCRIBE_STRUCT(CustomTriggerBody, (), (filter))

// monostate: it could not be told which.
using AnyTrigger =
    std::variant<std::monostate, TimeTriggerBody, EventTriggerBody, BehaviorTriggerBody, HealthTriggerBody,
                 MilestoneTriggerBody, ContractTriggerBody, UsageTriggerBody, CustomTriggerBody>;

struct TriggerBody {
    TriggerType type{};
    AnyTrigger is;
};
void decode(Decoder& decoder, const boost::json::value& value, TriggerBody& out);
boost::json::value encode(const TriggerBody& trigger);

void check(Decoder& decoder, const TriggerAudienceBody& body);
void check(Decoder& decoder, const BehaviorTriggerBody& body);
void check(Decoder& decoder, const ContractTriggerBody& body);

// Whatever a member of that name says, it must be one.
void check_duration(Decoder& decoder, std::string_view member, const std::optional<DurationText>& text);
void check_time_of_day(Decoder& decoder, std::string_view member, const std::optional<TimeOfDayText>& text);

}  // namespace herald::api
