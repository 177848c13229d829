#include "domain/automation/automation.hpp"

#include <algorithm>

namespace herald {
namespace {

template <class E, std::size_t N>
std::optional<E> named(const std::array<E, N>& all, std::string_view text) {
    const auto* const found = std::ranges::find_if(all, [&](E value) { return name(value) == text; });
    if (found == all.end()) return {};
    return *found;
}

}  // namespace

std::string_view name(EntryRule rule) {
    switch (rule) {
        case EntryRule::once:
            return "once";
        case EntryRule::every:
            return "every";
        case EntryRule::cooldown:
            return "cooldown";
    }
    return "";
}

std::string_view name(LatePolicy policy) {
    switch (policy) {
        case LatePolicy::carry_on:
            return "continue";
        case LatePolicy::skip_step:
            return "skip_step";
        case LatePolicy::exit:
            return "exit";
    }
    return "";
}

std::string_view name(AutomationState state) {
    switch (state) {
        case AutomationState::draft:
            return "draft";
        case AutomationState::active:
            return "active";
        case AutomationState::inactive:
            return "inactive";
    }
    return "";
}

std::optional<AutomationState> automation_state(std::string_view text) {
    return named(all_automation_states, text);
}

std::string_view name(RunState state) {
    switch (state) {
        case RunState::active:
            return "active";
        case RunState::completed:
            return "completed";
        case RunState::exited:
            return "exited";
        case RunState::failed:
            return "failed";
        case RunState::cancelled:
            return "cancelled";
    }
    return "";
}

std::optional<RunState> run_state(std::string_view text) {
    return named(all_run_states, text);
}

std::string_view name(FiringState state) {
    switch (state) {
        case FiringState::counting:
            return "counting";
        case FiringState::confirming:
            return "confirming";
        case FiringState::loading:
            return "loading";
        case FiringState::done:
            return "done";
        case FiringState::missed:
            return "missed";
        case FiringState::dropped:
            return "dropped";
        case FiringState::refused:
            return "refused";
    }
    return "";
}

std::optional<FiringState> firing_state(std::string_view text) {
    return named(all_firing_states, text);
}

}  // namespace herald
