#pragma once
// What a body says, judged beyond its own text, and as the domain has it.

#include <memory>

#include "api/automation_body.hpp"
#include "domain/ports/time_zones.hpp"
#include "domain/ports/webhooks.hpp"

namespace herald::api {

// What a definition is held against. Any thread may ask it.
struct Judges {
    const TimeZones& zones;
    const Webhooks& webhooks;
    bool default_sender{};  // messages need not name whom they come from
    bool nobody_named{};    // an erasure left the audience empty, and it may stay so
    WallTime now{};
};

// Mistakes that another place of the body, the configuration or the time makes one. Only what could be read is looked
// at. A schedule that is a local time becomes an instant.
void check_definition(Decoder& decoder, AutomationBody& body, const Judges& judges);

// Of a body without mistakes.
Trigger trigger_of(const TriggerBody& body);
std::shared_ptr<const Definition> definition_of(const AutomationBody& body);

// Steps with an effect outside.
std::int64_t actions_in(const Definition& definition);

}  // namespace herald::api
