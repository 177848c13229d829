#pragma once
// What a run does next. Pure, and the only place that knows: real runs and simulations go through here.
//
//   advance     from one step that has an effect to the next, or to a wait, or to the end
//   settled     what the end of an attempt means for the run
//   notice      what an event means for a run that is under way
//
// Each changes the run as it stands in memory and appends to the trace; the caller makes both durable together.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/automation/run.hpp"
#include "domain/automation/step_result.hpp"
#include "domain/ports/time_zones.hpp"

namespace herald {

// A step that comes this long after it was due is late in its own time too: what follows counts from now.
inline constexpr milliseconds drift_ignored{60'000};

// A run that has just begun, with its first entry of the trace. Who and what it belongs to is for the caller to fill
// in. `event`: null for a time-based one.
Run begin_run(const Definition& definition, const IncomingEvent* event, WallTime now, std::string because,
              std::vector<TraceEntry>& trace);

// The run's own time at `now`.
WallTime own_time(const Run& run, WallTime now);

// What filters may ask about the run: of the contact, and of the event that began it.
Scalars facts_for(const Run& run, const Contact& contact);

// Goes on until there is a step with an effect (its index is the run's position), a wait (wake_at is in the future) or
// the end (state). `facts`: of the contact and the event, see domain/filter/evaluate.hpp.
// The step to be executed now; nullptr: none, the run waits or has ended.
const Step* advance(const Definition& definition, Run& run, const Scalars& facts, const TimeZones& zones, WallTime now,
                    std::vector<TraceEntry>& trace);

// What the end of an attempt of the run's step means for the run.
void settled(const Definition& definition, Run& run, StepResult result, WallTime now, std::vector<TraceEntry>& trace);

// What a step that was done at `at` lets other automations know; its id is the same in every attempt.
std::optional<IncomingEvent> emitted_by(const Step& step, const Run& run, WallTime at);
// What is reported to Intercom after an accepted in-app notification: `automation_triggered`.
std::optional<IncomingEvent> reported_by(const Definition& definition, const Step& step, const Run& run, WallTime at);

// The event ends the run, before its next step, or is what it waits for. False: it does not concern it. A run that is
// `intended` changes in nothing but `leaving`.
bool notice(const Definition& definition, Run& run, const IncomingEvent& event, const Scalars& facts, WallTime now,
            std::vector<TraceEntry>& trace);

// For a reason that lies outside the steps.
void leave(Run& run, std::string reason, WallTime now, std::vector<TraceEntry>& trace);
// By a person.
void cancel(Run& run, WallTime now, std::vector<TraceEntry>& trace);

// What texts of the run may say: the event's metadata as event.KEY and its name as event.name, the automation's
// variables, the contact's attributes; the former win.
Variables texts_of(const Definition& definition, const Run& run, const Contact& contact);
// Whether a text of an automation with that trigger may ask for the variable; else why it can never have a value.
std::optional<std::string> variable_refused(const Trigger& trigger, const Variables& variables,
                                            std::string_view variable);

}  // namespace herald
