#pragma once
// How the enumerations of automations are written in JSON.

#include <array>
#include <string_view>

#include "api/json/names.hpp"
#include "domain/automation/run.hpp"

namespace herald::api {

enum class OnTimeout : std::uint8_t { carry_on, exit };
enum class RunWaiting : std::uint8_t { none, delay, event, inactive };
enum class ItemStatus : std::uint8_t { accepted, duplicate, invalid };
enum class Tracking : std::uint8_t { queued, none };
enum class EventTracked : std::uint8_t { queued, tracked, failed, none };
enum class EventArrival : std::uint8_t { pending, done };

template <>
struct Names<TriggerType> {
    static constexpr auto values = all_trigger_types;
    static std::string_view name(TriggerType type) { return herald::name(type); }
};

template <>
struct Names<Direction> {
    static constexpr auto values = all_directions;
    static std::string_view name(Direction direction) { return herald::name(direction); }
};

template <>
struct Names<StepType> {
    static constexpr auto values = all_step_types;
    static std::string_view name(StepType type) { return herald::name(type); }
};

template <>
struct Names<OnError> {
    static constexpr auto values = all_on_errors;
    static std::string_view name(OnError on_error) { return herald::name(on_error); }
};

template <>
struct Names<OnTimeout> {
    static constexpr std::array values{OnTimeout::carry_on, OnTimeout::exit};
    static std::string_view name(OnTimeout then) { return then == OnTimeout::exit ? "exit" : "continue"; }
};

template <>
struct Names<EntryRule> {
    static constexpr auto values = all_entry_rules;
    static std::string_view name(EntryRule rule) { return herald::name(rule); }
};

template <>
struct Names<LatePolicy> {
    static constexpr auto values = all_late_policies;
    static std::string_view name(LatePolicy policy) { return herald::name(policy); }
};

template <>
struct Names<AutomationState> {
    static constexpr auto values = all_automation_states;
    static std::string_view name(AutomationState state) { return herald::name(state); }
};

template <>
struct Names<FiringState> {
    static constexpr auto values = all_firing_states;
    static std::string_view name(FiringState state) { return herald::name(state); }
};

template <>
struct Names<RunState> {
    static constexpr auto values = all_run_states;
    static std::string_view name(RunState state) { return herald::name(state); }
};

template <>
struct Names<StepOutcome> {
    static constexpr auto values = all_step_outcomes;
    static std::string_view name(StepOutcome outcome) { return herald::name(outcome); }
};

template <>
struct Names<RunWaiting> {
    static constexpr std::array values{RunWaiting::none, RunWaiting::delay, RunWaiting::event, RunWaiting::inactive};
    static std::string_view name(RunWaiting waiting) {
        switch (waiting) {
            case RunWaiting::none:
                return "none";
            case RunWaiting::delay:
                return "delay";
            case RunWaiting::event:
                return "event";
            case RunWaiting::inactive:
                return "inactive";
        }
        return "";
    }
};

template <>
struct Names<ItemStatus> {
    static constexpr std::array values{ItemStatus::accepted, ItemStatus::duplicate, ItemStatus::invalid};
    static std::string_view name(ItemStatus status) {
        switch (status) {
            case ItemStatus::accepted:
                return "accepted";
            case ItemStatus::duplicate:
                return "duplicate";
            case ItemStatus::invalid:
                return "invalid";
        }
        return "";
    }
};

template <>
struct Names<Tracking> {
    static constexpr std::array values{Tracking::queued, Tracking::none};
    static std::string_view name(Tracking tracking) { return tracking == Tracking::queued ? "queued" : "none"; }
};

template <>
struct Names<EventTracked> {
    static constexpr std::array values{EventTracked::queued, EventTracked::tracked, EventTracked::failed,
                                       EventTracked::none};
    static std::string_view name(EventTracked tracked) {
        switch (tracked) {
            case EventTracked::queued:
                return "queued";
            case EventTracked::tracked:
                return "tracked";
            case EventTracked::failed:
                return "failed";
            case EventTracked::none:
                return "none";
        }
        return "";
    }
};

template <>
struct Names<EventArrival> {
    static constexpr std::array values{EventArrival::pending, EventArrival::done};
    static std::string_view name(EventArrival state) { return state == EventArrival::pending ? "pending" : "done"; }
};

}  // namespace herald::api
