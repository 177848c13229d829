#pragma once
// What steps of automations post, as JSON.

#include <string>

#include "domain/automation/effects.hpp"

namespace herald::webhook {

// {"type": "automation.step", "timestamp", "data": {automation_id, run_id, step, contact, event?, data}}
std::string webhook_json(const WebhookPayload& payload);
// {"text": …}
std::string slack_json(const std::string& text);

}  // namespace herald::webhook
