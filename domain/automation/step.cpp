#include "domain/automation/step.hpp"

namespace herald {

std::string_view name(StepType type) {
    switch (type) {
        case StepType::send_in_app_notification:
            return "send_in_app_notification";
        case StepType::send_email:
            return "send_email";
        case StepType::create_task:
            return "create_task";
        case StepType::add_tag:
            return "add_tag";
        case StepType::remove_tag:
            return "remove_tag";
        case StepType::track_event:
            return "track_event";
        case StepType::update_contact:
            return "update_contact";
        case StepType::update_health_score:
            return "update_health_score";
        case StepType::trigger_webhook:
            return "trigger_webhook";
        case StepType::send_slack_message:
            return "send_slack_message";
        case StepType::delay:
            return "delay";
        case StepType::wait_for:
            return "wait_for";
        case StepType::branch:
            return "branch";
        case StepType::exit:
            return "exit";
    }
    return "";
}

std::string_view name(OnError on_error) {
    switch (on_error) {
        case OnError::stop:
            return "stop";
        case OnError::carry_on:
            return "continue";
    }
    return "";
}

bool is_control(const Step& step) {
    return std::holds_alternative<DelayStep>(step.rule) || std::holds_alternative<WaitStep>(step.rule) ||
           std::holds_alternative<BranchStep>(step.rule) || std::holds_alternative<ExitStep>(step.rule) ||
           std::holds_alternative<JumpStep>(step.rule);
}

}  // namespace herald
