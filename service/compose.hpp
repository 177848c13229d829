#pragma once
// The process put together: the only place that names every concrete class. The order of the members is the
// order of their lives; each uses only what stands above it.

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>

#include "adapters/observe/delivery_store.hpp"
#include "adapters/observe/log.hpp"
#include "adapters/observe/metrics.hpp"
#include "adapters/store/sqlite/store.hpp"
#include "adapters/system/clock.hpp"
#include "adapters/system/pool_worker.hpp"
#include "adapters/system/time_zones.hpp"
#include "adapters/webhook/client.hpp"
#include "api/api.hpp"
#include "domain/campaign/sweeper.hpp"
#include "service/config.hpp"
#include "service/listener.hpp"
#include "service/watched_store.hpp"
#include "service/workspace.hpp"

namespace herald::service {

class Process {
 public:
    // Opens the store, repairs what the last process left, binds the port. Throws std::exception with a
    // message for the operator when one of them is not possible.
    Process(const Config& config, std::string openapi);

    // Serves until SIGTERM or SIGINT and then drains. The exit code.
    int run();

    std::string address() const { return listener_.address(); }

 private:
    Task<void> begin();
    std::vector<api::Workspace> workspace_views();
    std::vector<observe::Metrics::WorkspaceLimits> limits() const;
    std::size_t inflight() const;
    Task<void> watch_loop_lag();
    Task<void> watch_store();
    Task<void> ask_store();
    Task<void> watch_keys();
    void take_keys(const StoredKeys& stored);
    void use_certificate(std::expected<ServerTls, std::string> loaded);
    Task<void> reload_certificate();
    Task<void> watch_certificate();
    Task<void> watch_signals();
    Task<void> drain();
    void log_request(const Served& served);
    void bug(const std::exception_ptr& what, std::string_view where);

    Config config_;
    boost::asio::io_context io_{1};
    SystemClock clock_;
    SystemRandom random_;
    SystemTimeZones zones_;
    observe::Log log_;
    observe::Metrics metrics_;
    std::function<void(std::exception_ptr)> on_bug_;
    boost::asio::thread_pool pool_{1};
    PoolWorker worker_;

    api::ChangeFeed changes_;
    sqlite::SqliteStore store_;
    observe::ObservedDeliveryStore deliveries_;

    webhook::SystemNames names_;
    webhook::WebhookClient webhooks_;
    CampaignSweeper sweeper_;
    WatchedCampaignStore campaigns_;     // the API's view: a change wakes or stops the sending loop
    std::map<std::string, Host> hosts_;  // by address
    Surroundings surroundings_;
    std::map<WorkspaceId, std::unique_ptr<WorkspaceRuntime>> workspaces_;

    std::int64_t keys_revision_{};
    bool draining_{};
    bool stopped_{};
    SteadyTime store_asked_{};
    bool store_answered_{true};
    api::Api api_;
    Listener listener_;
    std::string certificate_seen_;    // the text of the files that were looked at last
    std::unique_ptr<Alarm> renewal_;  // rung when they are to be looked at again
    Scope tasks_;
    boost::asio::signal_set signals_;
    int exit_code_{};
};

}  // namespace herald::service
