#pragma once
// The automations of one workspace at work: events come in at take(), and four loops do the rest.
//
//   ArrivalLoop   events -> runs that begin, wake or end
//   FiringLoop    times  -> runs that begin
//   StepRunner    due runs -> steps
//   ReportLoop    events that Intercom is still to be told

#include <functional>
#include <memory>

#include "domain/automation/arrival_loop.hpp"
#include "domain/automation/firing_loop.hpp"
#include "domain/automation/report_loop.hpp"
#include "domain/automation/step_runner.hpp"
#include "domain/ports/automation_engine.hpp"

namespace herald {

struct AutomationPorts {
    RunStore& store;
    DefinitionReader reader;
    ContactDesk& desk;             // of the automation lane
    ContactDesk& background_desk;  // for reports
    ContactDirectory& directory;
    AudienceDirectory& audiences;
    ContactMemory& memory;
    SendGate& gate;
    const TimeZones& zones;
    Clock& clock;
    Random& random;
};

struct AutomationOptions {
    ArrivalOptions arrivals;
    FiringOptions firings;
    StepRunnerOptions steps;
    ReportOptions reports;
};

// Facts for logs and metrics.
struct AutomationEvents {
    std::function<void(std::int64_t)> begun;
    std::function<void(std::int64_t)> unknown;  // so many events were about nobody that Intercom knows
    std::function<void(const Firing&)> fired;
    std::function<void(const IncomingEvent&)> too_deep;  // it came through so many automations that it starts nothing
    StepEvents steps;
};

class AutomationWorker final : public AutomationEngine {
 public:
    AutomationWorker(boost::asio::any_io_executor loop, AutomationPorts ports, StepEffects effects,
                     WorkspaceId workspace, AutomationOptions options, AutomationEvents events,
                     std::function<void(std::exception_ptr)> on_bug);

    Task<Result<std::vector<Taken>>> take(std::vector<IncomingEvent> events) override;
    Task<Result<bool>> known(std::string id) override;
    void changed() override;

    void start(Scope& tasks);  // spawns the loops
    void stop();               // nothing begins from now on
    Task<bool> drain(SteadyTime deadline);
    std::size_t inflight() const { return steps_.inflight(); }

 private:
    RunStore& store_;
    Clock& clock_;
    WorkspaceId workspace_;
    std::function<void(std::int64_t)> begun_;
    std::function<void(std::int64_t)> unknown_;
    RegistryKeeper registry_;
    ArrivalLoop arrivals_;
    FiringLoop firings_;
    StepRunner steps_;
    ReportLoop reports_;
};

}  // namespace herald
