#pragma once
// Events on their way to the automations.

#include <string>

#include "api/backend.hpp"
#include "api/operation_command.hpp"

namespace herald::api {

// Tries again for a few seconds when the store is in trouble: for what has happened elsewhere already.
Task<Result<Taken>> take_patiently(Clock& clock, AutomationEngine& automations, IncomingEvent event);

// The event as the automations see it. Its id is the sender's, else one that follows from the idempotency key and
// `place` (so that a repetition is known), else a new one. `key` as idempotency_key() has it.
IncomingEvent incoming(const Backend& backend, EventCommand command, const std::string& key, std::size_t place,
                       WallTime at);

}  // namespace herald::api
