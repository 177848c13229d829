#pragma once
// One Intercom workspace at work: its way onto the wire, and the loops that send what its rows say. Workspaces
// share the process, the store and what is known about a host; never a token, a sender or a limit.

#include <exception>
#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "adapters/http/client.hpp"
#include "adapters/intercom/client.hpp"
#include "adapters/intercom/operations.hpp"
#include "adapters/observe/exchange.hpp"
#include "adapters/observe/log.hpp"
#include "adapters/observe/metrics.hpp"
#include "adapters/resilience/gate.hpp"
#include "adapters/resilience/resilient_exchange.hpp"
#include "adapters/store/sqlite/store.hpp"
#include "api/options.hpp"
#include "domain/campaign/audience_loader.hpp"
#include "domain/campaign/runner.hpp"
#include "domain/campaign/scheduler.hpp"
#include "domain/campaign/tracker.hpp"
#include "domain/contact/desk.hpp"
#include "service/config.hpp"
#include "service/workspace_automations.hpp"

namespace herald::service {

// What is known about one host, whoever calls it: whether it serves, and how many retries it may get.
struct Host {
    explicit Host(const resilience::CircuitBreaker::Options& options) : breaker(options) {}

    resilience::CircuitBreaker breaker;
    resilience::RetryBudget retries;
};

// What the workspaces of a process share.
struct Surroundings {
    boost::asio::any_io_executor loop;
    Clock& clock;
    Random& random;
    observe::Log& log;
    observe::Metrics& metrics;
    sqlite::SqliteStore& store;
    CampaignStore& campaigns;  // as store's, but every change wakes or stops who must know
    DeliveryStore& deliveries;
    Webhooks& webhooks;
    const TimeZones& zones;
    std::function<void(std::exception_ptr)> on_bug;
};

class WorkspaceRuntime {
 public:
    // `host` outlives it. Throws std::runtime_error when its address or its certificates cannot be used.
    WorkspaceRuntime(const Surroundings& surroundings, Host& host, const WorkspaceConfig& own, const Config& config);
    WorkspaceRuntime(const WorkspaceRuntime&) = delete;
    WorkspaceRuntime& operator=(const WorkspaceRuntime&) = delete;

    const WorkspaceId& id() const { return id_; }
    api::Workspace api_view();
    Limits limits() const { return gate_.limits(); }

    // Before anything is sent: a restart never gets a fresh burst.
    Task<void> restore_limiter();
    // Spawns the loops. They end with stop() and drain().
    void start(Scope& tasks);
    void wake() {
        runner_.wake();
        loader_.wake();
    }
    void drop(const CampaignId& campaign) { runner_.drop(campaign); }
    void pace(const CampaignId& campaign, std::optional<std::int64_t> max_per_minute) {
        runner_.pace(campaign, max_per_minute);
    }

    void stop();  // no claim, no intent, no call from now on
    // After stop(): true when nothing is in flight any more.
    Task<bool> drain(SteadyTime deadline);
    Task<void> save_limiter();
    // Those kept for another call, with the timers that watch them.
    void close_connections() { client_.close_idle(); }
    std::size_t inflight() const { return runner_.inflight() + automations_.inflight(); }
    // Anything on the wire, also what somebody asked for directly and waits for.
    bool calling() const { return gate_.inflight() > 0; }

 private:
    Task<void> keep_limiter();
    Task<void> watch_credential();
    LoaderEvents loader_events();

    const Surroundings& around_;
    WorkspaceId id_;
    std::optional<std::int64_t> default_admin_;
    PlanRules planning_;

    http::Client client_;
    observe::CountedExchange attempts_;
    intercom::Credential credential_;
    resilience::Gate gate_;
    resilience::ObservedExchange wire_;
    resilience::ResilientExchange campaign_calls_;
    resilience::ResilientExchange interactive_calls_;
    resilience::ResilientExchange background_calls_;
    intercom::Sender sender_;
    intercom::Directory campaign_directory_;
    intercom::Directory interactive_directory_;
    intercom::Directory background_directory_;
    intercom::Operations operations_;
    ContactDesk desk_;

    CampaignRunner runner_;
    EventTrackingLoop tracker_;
    CampaignScheduler scheduler_;
    AudienceLoader loader_;
    WorkspaceAutomations automations_;
    bool stopping_{};
};

// One line a second for each kind of trouble, however often it comes. An empty workspace: it is about all of them.
std::function<void(std::string_view, const Error&)> trouble_log(observe::Log& log, Clock& clock,
                                                                const WorkspaceId& workspace);

// "api.intercom.io:443": what breaker and retry budget go by.
std::string host_of(const WorkspaceConfig& workspace);
resilience::CircuitBreaker::Options breaker_options(const Config& config);

}  // namespace herald::service
