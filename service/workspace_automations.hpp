#pragma once
// The automations of one workspace: what they call Intercom with, on a lane of their own, and their loops.

#include <cstdint>
#include <optional>

#include "adapters/intercom/client.hpp"
#include "adapters/intercom/operations.hpp"
#include "adapters/resilience/gate.hpp"
#include "adapters/resilience/resilient_exchange.hpp"
#include "domain/automation/worker.hpp"
#include "domain/contact/desk.hpp"
#include "service/config.hpp"

namespace herald::service {

struct Surroundings;

// The workspace's way onto the wire. Everything here outlives its automations.
struct WayOut {
    http::Exchange& wire;
    resilience::Gate& gate;
    resilience::RetryBudget& retries;
    const intercom::Credential& credential;
    intercom::Sender& sender;
    resilience::ResilientExchange& background_calls;
    intercom::Directory& background_directory;
};

class WorkspaceAutomations {
 public:
    WorkspaceAutomations(const Surroundings& around, WayOut way, const WorkspaceId& id,
                         std::optional<std::int64_t> default_admin, const Config& config);
    WorkspaceAutomations(const WorkspaceAutomations&) = delete;
    WorkspaceAutomations& operator=(const WorkspaceAutomations&) = delete;

    AutomationEngine& engine() { return worker_; }
    void start(Scope& tasks);
    void stop();
    Task<bool> drain(SteadyTime deadline) { co_return co_await worker_.drain(deadline); }
    std::size_t inflight() const { return worker_.inflight(); }

 private:
    Task<void> keep_tidy();
    AutomationEvents events() const;

    const Surroundings& around_;
    WorkspaceId id_;
    resilience::ResilientExchange calls_;
    intercom::Directory directory_;
    intercom::Operations operations_;
    intercom::Operations background_operations_;
    ContactDesk desk_;
    ContactDesk background_desk_;
    AutomationWorker worker_;
    std::unique_ptr<Alarm> tick_;
    bool stopping_{};
};

}  // namespace herald::service
