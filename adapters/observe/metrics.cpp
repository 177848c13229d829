#include "adapters/observe/metrics.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace herald::observe {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;

const Buckets short_waits{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};
const Buckets long_waits{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

constexpr std::array<std::string_view, 7> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

// A client may write any word there.
std::string method_label(std::string_view method) {
    return std::string(std::ranges::find(methods, method) != methods.end() ? method : "other");
}

double in_seconds(Metrics::Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double number(CircuitState state) {
    switch (state) {
        case CircuitState::closed:
            return 0;
        case CircuitState::half_open:
            return 1;
        case CircuitState::open:
            return 2;
    }
    return 0;
}

}  // namespace

struct Metrics::Families {
    using Counters = prometheus::Family<prometheus::Counter>;
    using Gauges = prometheus::Family<prometheus::Gauge>;
    using Histograms = prometheus::Family<prometheus::Histogram>;

    prometheus::Registry registry;

    Counters& deliveries = counters("herald_delivery_total", "Sends that came to an end, by the state they ended in");
    Counters& attempts =
        counters("herald_attempt_phase_total", "Calls to Intercom, by how far they came and what kind of end that was");
    Counters& throttled = counters("herald_http_429_total", "Answers of Intercom that said to wait");
    Counters& transitions = counters("herald_breaker_transitions_total", "Changes of the circuit breaker");
    Counters& begun = counters("herald_automation_runs_begun_total", "Runs of automations that began");
    Counters& nobody =
        counters("herald_automation_events_about_nobody_total", "Events whose contact Intercom does not know");
    Counters& steps = counters("herald_automation_steps_total", "Steps with an effect that ended, by how they ended");
    Counters& requests = counters("herald_http_server_requests_total", "Requests that the API answered");
    Counters& refused = counters("herald_access_refused_total", "Callers refused for their API key or its quota");
    Gauges& used =
        gauges("herald_limiter_window_used_ratio", "Calls of the last window, as a part of Intercom's limit");
    Gauges& breaker = gauges("herald_breaker_state", "0 closed, 1 half open, 2 open");
    Gauges& inflight = gauges("herald_inflight", "Calls to Intercom on their way");
    Gauges& held = gauges("herald_credential_held", "1 while nothing goes out because of the access token");
    Gauges& runs = gauges("herald_automation_runs", "Runs of automations, by state");
    Gauges& build = gauges("herald_build_info", "Always 1; the version is a label");
    Histograms& pick_up =
        histograms("herald_automation_scheduler_lag_seconds", "How long after it was due a run was picked up");
    Histograms& slot_wait = histograms("herald_slot_wait_seconds", "Waiting for a slot of the rate limit");
    Histograms& intent_commit =
        histograms("herald_intent_commit_seconds", "From asking for an intent to its being durable");
    Histograms& request_time = histograms("herald_http_server_request_duration_seconds",
                                          "From the end of a request to the start of its answer");
    Histograms& loop_lag = histograms("herald_loop_lag_seconds", "How late the event loop woke a timer");

    // Those that every message touches: finding one by its labels costs more than counting.
    std::array<prometheus::Counter*, all_delivery_states.size()> ended{};
    std::map<WorkspaceId, std::array<prometheus::Histogram*, all_lanes.size()>> waited;
    prometheus::Histogram& intent = intent_commit.Add({}, short_waits);
    prometheus::Histogram& picked_up = pick_up.Add({}, long_waits);
    prometheus::Histogram& lag = loop_lag.Add({}, short_waits);
    struct Attempt {
        std::string phase;
        std::string kind;
        prometheus::Counter* count;
    };
    std::vector<Attempt> attempt_ends;

 private:
    Counters& counters(const char* name, const char* help) {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }
    Gauges& gauges(const char* name, const char* help) {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
    }
    Histograms& histograms(const char* name, const char* help) {
        return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
    }
};

// What can be named from the start is there from the start, at zero, so that a rate sees the first one.
Metrics::Metrics(std::string_view version, const std::vector<WorkspaceId>& workspaces)
    : families_(std::make_unique<Families>()) {
    for (const auto state :
         {DeliveryState::accepted, DeliveryState::rejected, DeliveryState::unknown, DeliveryState::skipped})
        delivery_ended(state, 0);
    for (const auto& workspace : workspaces) {
        families_->throttled.Add({{"workspace", workspace.value}});
        runs_begun(workspace, 0);
        events_about_nobody(workspace, 0);
        for (const auto lane : all_lanes)
            families_->waited[workspace][static_cast<std::size_t>(lane)] = &families_->slot_wait.Add(
                {{"workspace", workspace.value}, {"lane", std::string(name(lane))}}, long_waits);
    }
    families_->build.Add({{"version", std::string(version)}}).Set(1);
}

Metrics::~Metrics() = default;

void Metrics::delivery_ended(DeliveryState state, std::int64_t count) {
    auto*& counter = families_->ended[static_cast<std::size_t>(state)];
    if (counter == nullptr) counter = &families_->deliveries.Add({{"state", std::string(name(state))}});
    counter->Increment(static_cast<double>(count));
}

void Metrics::intent_committed(Duration took) {
    families_->intent.Observe(in_seconds(took));
}

void Metrics::attempt_ended(std::string_view phase, std::string_view kind) {
    auto& ends = families_->attempt_ends;  // a dozen at most
    auto known = std::ranges::find_if(ends, [&](const auto& end) { return end.phase == phase && end.kind == kind; });
    if (known == ends.end()) {
        auto& counter = families_->attempts.Add({{"phase", std::string(phase)}, {"class", std::string(kind)}});
        known = ends.insert(ends.end(), {std::string(phase), std::string(kind), &counter});
    }
    known->count->Increment();
}

void Metrics::slot_waited(const WorkspaceId& workspace, Lane lane, Duration waited) {
    families_->waited.at(workspace)[static_cast<std::size_t>(lane)]->Observe(in_seconds(waited));
}

void Metrics::throttled(const WorkspaceId& workspace) {
    families_->throttled.Add({{"workspace", workspace.value}}).Increment();
}

void Metrics::runs_counted(const WorkspaceId& workspace, const RunCounts& counts) {
    for (const auto state : all_run_states)
        families_->runs.Add({{"workspace", workspace.value}, {"state", std::string(name(state))}})
            .Set(static_cast<double>(counts[state]));
}

void Metrics::runs_begun(const WorkspaceId& workspace, std::int64_t count) {
    families_->begun.Add({{"workspace", workspace.value}}).Increment(static_cast<double>(count));
}

void Metrics::events_about_nobody(const WorkspaceId& workspace, std::int64_t count) {
    families_->nobody.Add({{"workspace", workspace.value}}).Increment(static_cast<double>(count));
}

void Metrics::step_ended(StepType step, StepOutcome outcome) {
    families_->steps.Add({{"step", std::string(name(step))}, {"outcome", std::string(name(outcome))}}).Increment();
}

void Metrics::step_picked_up(Duration late) {
    families_->picked_up.Observe(in_seconds(late));
}

void Metrics::breaker_changed(std::string_view from, std::string_view to, std::string_view reason) {
    families_->transitions.Add({{"from", std::string(from)}, {"to", std::string(to)}, {"reason", std::string(reason)}})
        .Increment();
}

void Metrics::request_served(std::string_view operation, std::string_view method, int status, Duration took) {
    const std::string route(operation.empty() ? "none" : operation);
    families_->requests
        .Add({{"operation", route},
              {"method", method_label(method)},
              {"status_class", fmt::format("{}xx", status / 100)}})
        .Increment();
    families_->request_time.Add({{"operation", route}}, long_waits).Observe(in_seconds(took));
}

void Metrics::access_refused(std::string_view reason, std::int64_t count) {
    families_->refused.Add({{"reason", std::string(reason)}}).Increment(static_cast<double>(count));
}

void Metrics::loop_lagged(Duration lag) {
    families_->lag.Observe(in_seconds(lag));
}

std::string Metrics::text(const std::vector<WorkspaceLimits>& workspaces) {
    for (const auto& [workspace, limits] : workspaces) {
        const auto& [pace, circuit, credential, inflight, inflight_max] = limits;
        const prometheus::Labels label{{"workspace", workspace.value}};
        const auto limit = std::max(pace.limit_per_window, 1);
        families_->used.Add(label).Set(static_cast<double>(pace.used()) / limit);
        families_->breaker.Add({{"host", circuit.host}}).Set(number(circuit.state));
        families_->inflight.Add(label).Set(static_cast<double>(inflight));
        families_->held.Add(label).Set(credential.state == CredentialState::ok ? 0 : 1);
    }
    return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace herald::observe
