#pragma once
// What an automation would do: the engine of real runs, on a time that is only counted. Nothing is stored or sent, no
// clock is read, and the same input gives the same answer.
//
// Every effect succeeds at the moment it is due. What a step changes (the contact's attributes, events of the
// automation's own) is seen by what follows, this automation's trigger included.

#include <optional>
#include <string>
#include <vector>

#include "domain/automation/admission.hpp"
#include "domain/automation/engine.hpp"
#include "domain/automation/texts.hpp"

namespace herald {

struct SimulationInput {
    Contact contact;
    Values values;                      // seen before
    std::vector<IncomingEvent> events;  // in any order; those before `start` happen at once
    WallTime start{};
    WallTime until{};  // what is due later is not simulated
};

struct SimulatedStep {
    TraceEntry entry;
    std::optional<StepText> text;  // of a step that was done and has one

    friend bool operator==(const SimulatedStep&, const SimulatedStep&) = default;
};

struct SimulatedRun {
    Run run;  // as it stands at the end
    std::vector<SimulatedStep> trace;
};

// Something that could have begun a run and did not.
struct NotEntered {
    WallTime at{};
    std::string event;  // its name; empty: a firing of a time-based trigger
    std::string because;

    friend bool operator==(const NotEntered&, const NotEntered&) = default;
};

struct Simulation {
    std::vector<SimulatedRun> runs;
    std::vector<NotEntered> not_entered;
    bool cut{};  // there would be more: a bound or `until` was reached
};

inline constexpr std::size_t most_simulated_events = 1'000;
inline constexpr std::size_t most_simulated_runs = 100;
inline constexpr std::size_t most_simulated_entries = 10'000;  // of all traces together

// A time-based trigger fires when it comes due, with the contact in its audience whoever that is.
Simulation simulate(const Definition& definition, SimulationInput input, const TimeZones& zones);

}  // namespace herald
