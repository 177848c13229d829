#pragma once
// Numbers for graphs, as Prometheus reads them. Labels are a host, an operation or an outcome from a closed
// list, never an id: every value of a label is a time series for ever.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/automation/run.hpp"
#include "domain/core/id.hpp"
#include "domain/core/time.hpp"
#include "domain/delivery/state.hpp"
#include "domain/ports/limits.hpp"

namespace herald::observe {

class Metrics {
 public:
    using Duration = SteadyTime::duration;

    // The names of the workspaces become labels.
    Metrics(std::string_view version, const std::vector<WorkspaceId>& workspaces);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    void delivery_ended(DeliveryState state, std::int64_t count = 1);
    void intent_committed(Duration took);
    // One call on the wire: how far it came, and what kind of end that was.
    void attempt_ended(std::string_view phase, std::string_view kind);

    void slot_waited(const WorkspaceId& workspace, Lane lane, Duration waited);
    void throttled(const WorkspaceId& workspace);
    void breaker_changed(std::string_view from, std::string_view to, std::string_view reason);

    void runs_counted(const WorkspaceId& workspace, const RunCounts& counts);  // as they stand
    void runs_begun(const WorkspaceId& workspace, std::int64_t count);
    void events_about_nobody(const WorkspaceId& workspace, std::int64_t count);  // that Intercom knows
    // A step with an effect.
    void step_ended(StepType step, StepOutcome outcome);
    void step_picked_up(Duration late);

    // An empty operation: no route took the request.
    void request_served(std::string_view operation, std::string_view method, int status, Duration took);
    // A caller was refused for who it is or how often it calls.
    void access_refused(std::string_view reason, std::int64_t count = 1);
    void loop_lagged(Duration lag);

    struct WorkspaceLimits {
        WorkspaceId workspace;
        Limits limits;
    };
    // Everything above and the limits as they are now, in the text format 0.0.4.
    std::string text(const std::vector<WorkspaceLimits>& workspaces);

 private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace herald::observe
