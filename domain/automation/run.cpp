#include "domain/automation/run.hpp"

#include <algorithm>

namespace herald {

std::string_view name(StepOutcome outcome) {
    switch (outcome) {
        case StepOutcome::entered:
            return "entered";
        case StepOutcome::done:
            return "done";
        case StepOutcome::failed:
            return "failed";
        case StepOutcome::unknown:
            return "unknown";
        case StepOutcome::skipped:
            return "skipped";
        case StepOutcome::retried:
            return "retried";
        case StepOutcome::waiting:
            return "waiting";
        case StepOutcome::arrived:
            return "arrived";
        case StepOutcome::timed_out:
            return "timed_out";
        case StepOutcome::matched:
            return "matched";
        case StepOutcome::not_matched:
            return "not_matched";
        case StepOutcome::exited:
            return "exited";
        case StepOutcome::completed:
            return "completed";
        case StepOutcome::cancelled:
            return "cancelled";
    }
    return "";
}

std::optional<StepOutcome> step_outcome(std::string_view text) {
    const auto* const found =
        std::ranges::find_if(all_step_outcomes, [&](StepOutcome outcome) { return name(outcome) == text; });
    if (found == all_step_outcomes.end()) return {};
    return *found;
}

}  // namespace herald
