#include "api/run_view.hpp"

#include "api/campaign_view.hpp"
#include "domain/core/id.hpp"

namespace herald::api {
namespace {

constexpr std::size_t shown_results = 10;

RunWaiting waiting_of(const Run& run, AutomationState state, WallTime now) {
    if (state != AutomationState::active) return RunWaiting::inactive;
    if (!run.awaiting.empty()) return RunWaiting::event;
    return run.due_at > now ? RunWaiting::delay : RunWaiting::none;
}

TraceView trace_view(const TraceEntry& entry) {
    return {.path = entry.path,
            .step = entry.step,
            .at = entry.at,
            .done_at = entry.done_at,
            .outcome = entry.outcome,
            .because = entry.because,
            .until = entry.until,
            .intercom_id = unless_empty(entry.resource_id),
            .request_id = unless_empty(entry.request_id)};
}

// Whether the entry says how a step with an effect has ended.
bool is_result(const TraceEntry& entry) {
    return entry.step && (entry.outcome == StepOutcome::done || entry.outcome == StepOutcome::failed ||
                          entry.outcome == StepOutcome::unknown);
}

ActionResultView result_view(const TraceEntry& entry) {
    const bool success = entry.outcome == StepOutcome::done;
    return {.path = entry.path,
            .step = *entry.step,
            .success = success,
            .intercom_id = unless_empty(entry.resource_id),
            .reason = success ? std::nullopt : unless_empty(entry.because)};
}

}  // namespace

RunView run_view(const Run& run, AutomationState state, const Definition* definition, WallTime now) {
    RunView out;
    out.id = number_id("run", run.number);
    out.automation_id = run.automation.value;
    out.version = run.version;
    out.contact_id = run.contact.value;
    out.state = run.state;
    out.reason = unless_empty(run.reason);
    if (run.state == RunState::active) {
        if (definition != nullptr && run.position < definition->program.size())
            out.step = definition->program[run.position].path;
        out.waiting = waiting_of(run, state, now);
        out.awaiting = unless_empty(run.awaiting);
        out.due_at = run.due_at;
    }
    out.started_at = run.started_at;
    out.ended_at = run.ended_at;
    if (!run.event_id.empty()) out.event = {run.event_id, run.event_name};
    out.intercom_integration = {.enabled = true,
                                .actions_executed = run.executed,
                                .successful = run.succeeded,
                                .failed = run.executed - run.succeeded,
                                .results = {},
                                .results_url = "/v1/runs/" + out.id};
    return out;
}

void add_trace(RunView& view, const std::vector<TraceEntry>& trace) {
    auto& results = view.intercom_integration.results.emplace();
    auto& entries = view.trace.emplace();
    for (const auto& entry : trace) {
        entries.push_back(trace_view(entry));
        if (is_result(entry) && results.size() < shown_results) results.push_back(result_view(entry));
    }
}

}  // namespace herald::api
