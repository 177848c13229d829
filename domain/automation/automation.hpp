#pragma once
// An automation: a trigger, steps, and the rules around them. What it says is a version; versions never change (but for
// an erased person, who is taken out of their audience), and a run stays on the one it began with.

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domain/automation/step.hpp"
#include "domain/automation/trigger.hpp"
#include "domain/core/id.hpp"
#include "domain/core/result.hpp"

namespace herald {

using AutomationId = Id<struct AutomationTag>;  // "aut_…"

// Who may enter again. A milestone is once whatever this says.
enum class EntryRule : std::uint8_t { once, every, cooldown };

inline constexpr std::array all_entry_rules{EntryRule::once, EntryRule::every, EntryRule::cooldown};
std::string_view name(EntryRule rule);

struct Entry {
    EntryRule rule{};
    milliseconds cooldown{};  // since the last entry

    friend bool operator==(const Entry&, const Entry&) = default;
};

// Looked at before every step, and when the event arrives.
struct ExitCriteria {
    std::optional<Filter> filter;
    std::optional<std::string> event;
};

// What happens to a step that comes long after it was due, because of an outage or a deactivation.
enum class LatePolicy : std::uint8_t { carry_on, skip_step, exit };

inline constexpr std::array all_late_policies{LatePolicy::carry_on, LatePolicy::skip_step, LatePolicy::exit};
std::string_view name(LatePolicy policy);  // "continue", "skip_step", "exit"

struct Lateness {
    LatePolicy policy{};
    milliseconds after{std::chrono::hours(1)};
};

// What a version says.
struct Definition {
    std::string name;
    Trigger trigger;
    milliseconds delay{};  // before the first step
    Program program;
    Entry entry;
    ExitCriteria exit;
    Lateness late;
    Variables variables;  // for texts; the event's own win, and both win over the contact's attributes
};

enum class AutomationState : std::uint8_t { draft, active, inactive };

inline constexpr std::array all_automation_states{AutomationState::draft, AutomationState::active,
                                                  AutomationState::inactive};
std::string_view name(AutomationState state);
std::optional<AutomationState> automation_state(std::string_view text);

enum class RunState : std::uint8_t {
    active,     // has a next step
    completed,  // behind the last step
    exited,     // left early: exit criteria, an exit step, late; `reason` says which
    failed,     // a step failed, and the run stops on errors
    cancelled,  // by a person
};

inline constexpr std::array all_run_states{RunState::active, RunState::completed, RunState::exited, RunState::failed,
                                           RunState::cancelled};
std::string_view name(RunState state);
std::optional<RunState> run_state(std::string_view text);

struct RunCounts {
    std::array<std::int64_t, all_run_states.size()> by_state{};

    std::int64_t& operator[](RunState state) { return by_state[static_cast<std::size_t>(state)]; }
    std::int64_t operator[](RunState state) const { return by_state[static_cast<std::size_t>(state)]; }

    friend bool operator==(const RunCounts&, const RunCounts&) = default;
};

// One time that a time-based automation came due.
enum class FiringState : std::uint8_t {
    counting,    // its audience is not known yet
    confirming,  // it would reach more people than may be reached without a person's word
    loading,     // people enter, page by page
    done,
    missed,   // it came up too late to be right; `reason` says when it was due
    dropped,  // the automation was deactivated before it ended, or fired again before this one was confirmed
    refused,  // Intercom does not search for the audience; `reason` says why
};

inline constexpr std::array all_firing_states{FiringState::counting, FiringState::confirming, FiringState::loading,
                                              FiringState::done,     FiringState::missed,     FiringState::dropped,
                                              FiringState::refused};
std::string_view name(FiringState state);
std::optional<FiringState> firing_state(std::string_view text);

struct Firing {
    std::int64_t number{};  // its public form is number_id("fir", number)
    AutomationId automation;
    std::int64_t version{};
    WallTime at{};  // when it was due
    FiringState state{};
    std::int64_t people{};              // in the audience, as far as it has been counted
    std::int64_t entered{};             // of them, those whose run began
    std::size_t source{};               // how far it is loaded: the named contacts, then each query,
    std::optional<std::string> cursor;  // and in it
    std::string reason{};

    friend bool operator==(const Firing&, const Firing&) = default;
};

struct Automation {
    AutomationId id;
    WorkspaceId workspace;
    std::string name;
    AutomationState state{};
    std::int64_t version{1};      // the number of the latest one
    std::int64_t revision{1};     // +1 with every change of the automation, its state among them
    std::string document;         // what the latest version says, as the API writes it
    std::string trigger_type;     // of it, as the audit chain names it,
    std::int64_t action_count{};  // and how many of its steps have an effect
    std::optional<std::string> created_by;
    WallTime created_at{};
    WallTime updated_at{};
    std::optional<WallTime> next_fire_at;  // time-based and active
    std::optional<Firing> last_firing;
    RunCounts runs;

    friend bool operator==(const Automation&, const Automation&) = default;
};

struct AutomationVersion {
    AutomationId automation;
    std::int64_t number{};
    std::string document;
    WallTime created_at{};
    std::string actor;

    friend bool operator==(const AutomationVersion&, const AutomationVersion&) = default;
};

// How a stored document is read. The document was accepted by the API once; an error means that this program does not
// understand it any more.
using DefinitionReader = std::function<Result<std::shared_ptr<const Definition>>(const std::string& document)>;

// The time at which a time-based trigger fires next after `after`; none: it is no such trigger, or never again.
class TimeZones;
std::optional<WallTime> next_fire(const Trigger& trigger, const TimeZones& zones, WallTime after);

}  // namespace herald
