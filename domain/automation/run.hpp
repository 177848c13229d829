#pragma once
// One contact on the way through one version of an automation, and the trace it leaves.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/automation/automation.hpp"
#include "domain/automation/event.hpp"

namespace herald {

struct Run {
    std::int64_t number{};  // unique in the store; its public form is number_id("run", number)
    WorkspaceId workspace;
    AutomationId automation;
    std::int64_t version{};
    ContactRef ref;  // as the event or the audience named the person
    ContactId contact;
    std::string event_id;  // of the event that began it; empty for a time-based one
    std::string event_name;
    Scalars event_metadata;
    std::int64_t depth{};  // of its own events: one more than that of the event

    RunState state{};
    std::string reason;        // of exited, failed and cancelled
    std::size_t position{};    // of the step that comes next
    WallTime due_at{};         // when that step is due: delays count from here
    WallTime wake_at{};        // nothing happens before: due_at, or later when an attempt is to be repeated
    std::string awaiting;      // the event that its wait_for waits for
    std::int64_t tries{};      // attempts of the step that were executed or may have been
    std::int64_t refusals{};   // times the step was refused without being charged
    bool intended{};           // an attempt of the step may be on the wire: nobody but its executor writes the run
    std::int64_t executed{};   // steps with an effect that have ended, but for those skipped,
    std::int64_t succeeded{};  // and of them, those that were done
    std::string leaving;       // why the run ends before its next step: its exit event came. Set by notice() alone
    std::int64_t fence{};      // +1 with every write; a write with an older one changes nothing
    WallTime started_at{};
    std::optional<WallTime> ended_at;

    friend bool operator==(const Run&, const Run&) = default;
};

enum class StepOutcome : std::uint8_t {
    entered,    // the run began
    done,       // Intercom, or the receiver, took it
    failed,     // it was refused for good
    unknown,    // it may or may not have been executed; the machine does not repeat it
    skipped,    // there was nothing to do, or not for this person
    retried,    // an attempt failed and is repeated later
    waiting,    // a delay or wait_for began
    arrived,    // the event that was waited for came
    timed_out,  // it did not
    matched,    // the filter of a branch
    not_matched,
    exited,
    completed,
    cancelled,
};

inline constexpr std::array all_step_outcomes{StepOutcome::entered,   StepOutcome::done,        StepOutcome::failed,
                                              StepOutcome::unknown,   StepOutcome::skipped,     StepOutcome::retried,
                                              StepOutcome::waiting,   StepOutcome::arrived,     StepOutcome::timed_out,
                                              StepOutcome::matched,   StepOutcome::not_matched, StepOutcome::exited,
                                              StepOutcome::completed, StepOutcome::cancelled};
std::string_view name(StepOutcome outcome);
std::optional<StepOutcome> step_outcome(std::string_view text);

// What happened at one step, and why. `at` is the run's own time: the moment it was due, unless it came long after it;
// a simulation of the same input has the same. `done_at` is when it really happened.
struct TraceEntry {
    std::string path;  // of the step; empty: of the run itself
    std::optional<StepType> step;
    WallTime at{};
    StepOutcome outcome{};
    std::string because;            // for people; no address, no text of a message
    std::optional<WallTime> until;  // of waiting and retried
    // What only a real run has.
    WallTime done_at{};
    std::string resource_id{};  // Intercom's id of the message, note or tag
    std::string request_id{};

    friend bool operator==(const TraceEntry&, const TraceEntry&) = default;
};

// How a run ended its last write, as one transaction: what it is now, and what that adds to its trace.
struct RunWrite {
    Run run;  // `fence` as it was read
    std::vector<TraceEntry> trace;
    std::optional<IncomingEvent> emitted;  // an event of the run that may trigger others
    bool only_while_active{};              // of the automation: otherwise nothing is written
    // Set: this write begins the wait for run.awaiting, at that moment. An event that came in meanwhile must not be
    // missed: see RunStore::write and RunStore::awaited. `awaits_behind`: events up to this number were looked at.
    std::optional<WallTime> awaits_since{};
    std::int64_t awaits_behind{};
};

}  // namespace herald
