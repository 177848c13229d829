#pragma once
// What Intercom is asked about an automation before it is stored.

#include <optional>

#include "api/automation_definition.hpp"
#include "api/backend.hpp"

namespace herald::api {

Judges judges_of(const Backend& backend, const Call& call);

// Puts the id of the admin in the place of every sender and author. A problem names all whom Intercom does not have.
Task<std::optional<Problem>> settle_senders(Backend& backend, const Call& call, AutomationBody& body);

// Whether Intercom can find the audience of the trigger, or search by its date, as check_audience (audience_check.hpp).
Task<std::optional<Problem>> check_trigger_audience(Backend& backend, const Call& call, const AutomationBody& body);

}  // namespace herald::api
