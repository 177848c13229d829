#include "domain/automation/trigger.hpp"

namespace herald {

std::string_view name(TriggerType type) {
    switch (type) {
        case TriggerType::time_based:
            return "time_based";
        case TriggerType::event_based:
            return "event_based";
        case TriggerType::behavior_based:
            return "behavior_based";
        case TriggerType::health_score:
            return "health_score";
        case TriggerType::milestone:
            return "milestone";
        case TriggerType::contract_event:
            return "contract_event";
        case TriggerType::usage_pattern:
            return "usage_pattern";
        case TriggerType::custom:
            return "custom";
    }
    return "";
}

std::string_view name(Direction direction) {
    switch (direction) {
        case Direction::below:
            return "below";
        case Direction::above:
            return "above";
    }
    return "";
}

bool begins_with_event(const Trigger& trigger) {
    return !std::holds_alternative<TimeTrigger>(trigger.rule) && !std::holds_alternative<DateTrigger>(trigger.rule);
}

}  // namespace herald
