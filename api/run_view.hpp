#pragma once
// Runs of automations as clients see them.

#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "api/automation_enums.hpp"
#include "api/json/types.hpp"
#include "domain/automation/run.hpp"

namespace herald::api {

struct TraceView {
    std::string path;
    std::optional<StepType> step;
    WallTime at{};
    WallTime done_at{};
    StepOutcome outcome{};
    std::string because;
    std::optional<WallTime> until;
    std::optional<std::string> intercom_id;
    std::optional<std::string> request_id;
};
BOOST_DESCRIBE_STRUCT(TraceView, (), (path, step, at, done_at, outcome, because, until, intercom_id, request_id))

struct ActionResultView {
    std::string path;
    StepType step{};
    bool success{};
    std::optional<std::string> intercom_id;
    std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(ActionResultView, (), (path, step, success, intercom_id, reason))

struct RunIntegrationView {
    bool enabled{};
    std::int64_t actions_executed{};
    std::int64_t successful{};
    std::int64_t failed{};
    std::optional<std::vector<ActionResultView>> results;
    std::string results_url;
};
BOOST_DESCRIBE_STRUCT(RunIntegrationView, (), (enabled, actions_executed, successful, failed, results, results_url))

struct RunEventView {
    std::string id;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(RunEventView, (), (id, name))

struct RunView {
    std::string id;
    std::string automation_id;
    std::int64_t version{};
    std::string contact_id;
    RunState state{};
    std::optional<std::string> reason;
    std::optional<std::string> step;
    std::optional<RunWaiting> waiting;
    std::optional<std::string> awaiting;
    std::optional<WallTime> due_at;
    WallTime started_at{};
    std::optional<WallTime> ended_at;
    std::optional<RunEventView> event;
    RunIntegrationView intercom_integration;
    std::optional<std::vector<TraceView>> trace;
};
BOOST_DESCRIBE_STRUCT(RunView, (),
                      (id, automation_id, version, contact_id, state, reason, step, waiting, awaiting, due_at,
                       started_at, ended_at, event, intercom_integration, trace))

struct RunListView {
    std::vector<RunView> data;
    Nullable<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(RunListView, (), (data, next_cursor))

// `definition`: of the version of the run; null: it cannot be read any more.
RunView run_view(const Run& run, AutomationState state, const Definition* definition, WallTime now);
// The trace, and the results that stand in it.
void add_trace(RunView& view, const std::vector<TraceEntry>& trace);

}  // namespace herald::api
