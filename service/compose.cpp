#include "service/compose.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/authorization.hpp"
#include "domain/core/error.hpp"
#include "service/embedded.hpp"
#include "service/webhook_settings.hpp"

namespace herald::service {
namespace {

constexpr milliseconds lag_measured_every{50};
constexpr milliseconds lag_worth_a_line{100};
constexpr milliseconds sessions_may_take{5'000};
constexpr milliseconds keys_looked_at_every{500};
constexpr milliseconds store_must_answer_in{1'000};
constexpr seconds certificate_looked_at_every{60};

sqlite::Options store_options(observe::Log& log, api::ChangeFeed& changes) {
    sqlite::Options options;
    options.on_change = [&changes](const CampaignId& id) { changes.notify(id); };
    options.on_error = [&log](const std::string& problem) { log.error("store", {{"problem", problem}}); };
    return options;
}

// Of both files; empty when they cannot be read.
std::string content_of(const CertificateFiles& files) {
    std::string out;
    for (const auto& path : {files.certificate, files.key}) {
        std::ifstream file(path);
        out.append(std::istreambuf_iterator<char>(file), {}).append("\n");
    }
    return out;
}

std::vector<WorkspaceId> names_of(const std::vector<WorkspaceConfig>& workspaces) {
    std::vector<WorkspaceId> out;
    for (const auto& workspace : workspaces) out.push_back({workspace.name});
    return out;
}

}  // namespace

Process::Process(const Config& config, std::string openapi)
    : config_(config),
      clock_(io_.get_executor()),
      log_(clock_),
      metrics_(version, names_of(config.workspaces)),
      on_bug_([this](const std::exception_ptr& what) { bug(what, "task"); }),
      worker_(pool_),
      changes_(clock_),
      store_(config.data_dir, io_.get_executor(), store_options(log_, changes_)),
      deliveries_(store_.deliveries(), clock_, metrics_),
      names_(io_.get_executor(), clock_),
      webhooks_(io_.get_executor(), clock_, names_, webhook_options(config)),
      sweeper_(store_.upkeep(), clock_, trouble_log(log_, clock_, {})),
      campaigns_(
          store_.campaigns(), [this](const WorkspaceId& id) { workspaces_.at(id)->wake(); },
          [this](const WorkspaceId& id, const CampaignId& campaign) { workspaces_.at(id)->drop(campaign); },
          [this] { sweeper_.wake(); },
          [this](const WorkspaceId& id, const CampaignId& campaign, std::optional<std::int64_t> max_per_minute) {
              workspaces_.at(id)->pace(campaign, max_per_minute);
          }),
      surroundings_{io_.get_executor(), clock_,      random_,   log_,   metrics_, store_,
                    campaigns_,         deliveries_, webhooks_, zones_, on_bug_},
      api_({campaigns_, store_.records(), store_.audiences(), store_.contacts(), store_.audit(), store_.messages(),
            store_.requests(), store_.people(), changes_, worker_, clock_, random_, zones_, store_.automations(),
            webhooks_, workspace_views()},
           {.openapi = std::move(openapi),
            .docs = std::string(docs_page),
            .docs_style = std::string(docs_style_hash),
            .metrics = [this] { return metrics_.text(limits()); },
            .draining = [this] { return draining_; },
            .keys = config.keys,
            .key_required = listens_elsewhere(config),
            .requests_per_minute = config.requests_per_minute,
            .on_refused = [this](std::string_view reason) { metrics_.access_refused(reason); }}),
      listener_(io_.get_executor(), config.listen_host, config.listen_port,
                {api_, clock_, random_, [this] { return draining_; },
                 [this](const std::string& request_id, const std::exception_ptr& what) {
                     bug(what, "request " + request_id);
                 },
                 [this](const Served& served) {
                     metrics_.request_served(served.operation, served.method, served.status, served.took);
                     log_request(served);
                 }},
                SessionLimits{}, on_bug_),
      renewal_(clock_.make_alarm()),
      tasks_(io_.get_executor(), clock_, on_bug_),
      signals_(io_, SIGTERM, SIGINT) {
    for (const auto reason : api::access_problems) metrics_.access_refused(reason, 0);
    if (const auto stored = store_.keys().load_now()) take_keys(*stored);
    if (config_.tls.given()) {
        signals_.add(SIGHUP);
        certificate_seen_ = content_of(config_.tls);
        auto loaded = load_server_tls(config_.tls, clock_.wall_now());
        if (!loaded) throw std::runtime_error("tls: " + loaded.error());
        use_certificate(std::move(loaded));
    }
    const auto recovery = store_.recover(clock_.wall_now());
    metrics_.delivery_ended(DeliveryState::unknown, recovery.lost);
    log_.info("recovered", {{"epoch", recovery.epoch},
                            {"lost", recovery.lost},
                            {"lost_messages", recovery.lost_messages},
                            {"lost_steps", recovery.lost_steps},
                            {"corrected_campaigns", recovery.corrected_campaigns},
                            {"corrected_automations", recovery.corrected_automations},
                            {"paused_campaigns", recovery.paused_campaigns}});
    for (const auto& workspace : recovery.workspaces)
        if (!workspaces_.contains(workspace))
            log_.warning("workspace_not_configured",
                         {{"workspace", workspace.value}, {"meaning", "its campaigns wait until it is"}});
}

// In the order of the configuration.
std::vector<api::Workspace> Process::workspace_views() {
    std::vector<api::Workspace> out;
    for (const auto& own : config_.workspaces) {
        auto& host = hosts_.try_emplace(host_of(own), breaker_options(config_)).first->second;
        auto runtime = std::make_unique<WorkspaceRuntime>(surroundings_, host, own, config_);
        out.push_back(runtime->api_view());
        workspaces_.emplace(WorkspaceId{own.name}, std::move(runtime));
    }
    return out;
}

std::vector<observe::Metrics::WorkspaceLimits> Process::limits() const {
    std::vector<observe::Metrics::WorkspaceLimits> out;
    for (const auto& [id, workspace] : workspaces_) out.push_back({id, workspace->limits()});
    return out;
}

std::size_t Process::inflight() const {
    std::size_t out = 0;
    for (const auto& [id, workspace] : workspaces_) out += workspace->inflight();
    return out;
}

int Process::run() {
    tasks_.spawn(begin());
    tasks_.spawn(watch_loop_lag());
    tasks_.spawn(watch_store());
    tasks_.spawn(watch_keys());
    if (config_.tls.given()) tasks_.spawn(watch_certificate());
    tasks_.spawn(watch_signals());
    io_.run();
    const bool tidy = tasks_.size() == 0 && inflight() == 0 && listener_.connections() == 0 && webhooks_.calling() == 0;
    store_.close();
    log_.info("stopped", {{"tidy", tidy}, {"inflight", static_cast<std::int64_t>(inflight())}});
    // What still waits refers to objects whose order of destruction it does not know; the store is closed, and
    // what was in flight is `unknown` at the next start, which is true.
    if (!tidy) std::_Exit(exit_code_);
    return exit_code_;
}

// A restart never gets a fresh burst: first the limiters' memory, then the first call.
Task<void> Process::begin() {
    for (const auto& [id, workspace] : workspaces_) co_await workspace->restore_limiter();
    if (stopped_) co_return;
    tasks_.spawn(listener_.run());
    for (const auto& [id, workspace] : workspaces_) workspace->start(tasks_);
    tasks_.spawn(sweeper_.run());
}

// Every promise about time assumes that the loop turns; when it does not, the log says so.
Task<void> Process::watch_loop_lag() {
    while (!stopped_) {
        const auto due = clock_.now() + lag_measured_every;
        co_await clock_.sleep_until(due);
        const auto late = clock_.now() - due;
        metrics_.loop_lagged(late);
        const auto lag = std::chrono::floor<milliseconds>(late);
        if (lag > lag_worth_a_line) log_.warning("loop_lag", {{"ms", lag.count()}});
    }
}

// Ready means that the store answers within a second; a question that hangs is an answer too.
Task<void> Process::watch_store() {
    while (!stopped_) {
        if (store_answered_) tasks_.spawn(ask_store());
        co_await clock_.sleep_for(store_must_answer_in);
        if (!store_answered_ && clock_.now() - store_asked_ >= store_must_answer_in) campaigns_.seen_healthy(false);
    }
}

Task<void> Process::ask_store() {
    store_answered_ = false;
    store_asked_ = clock_.now();
    campaigns_.seen_healthy(co_await store_.campaigns().healthy());
    store_answered_ = true;
}

// `herald keys` writes from another process. When the store does not answer, the keys stay as they are.
Task<void> Process::watch_keys() {
    while (!stopped_) {
        co_await clock_.sleep_for(keys_looked_at_every);
        const auto changed = co_await store_.keys().changed_since(keys_revision_);
        if (changed && *changed) take_keys(**changed);
    }
}

void Process::take_keys(const StoredKeys& stored) {
    keys_revision_ = stored.revision;
    api_.take_keys(stored);
    log_.info("keys", {{"configured", static_cast<std::int64_t>(config_.keys.size())},
                       {"stored", static_cast<std::int64_t>(stored.live.size())},
                       {"needed", api_.asks_for_key()}});
}

// Connections that are open keep what they began with. A pair that cannot be used changes nothing.
void Process::use_certificate(std::expected<ServerTls, std::string> loaded) {
    if (!loaded) {
        log_.error("certificate_refused", {{"problem", loaded.error()}});
        return;
    }
    log_.info("certificate_loaded", {{"expires", to_rfc3339(loaded->expires)}});
    listener_.use(std::move(loaded->context));
}

Task<void> Process::reload_certificate() {
    std::string content;
    std::optional<std::expected<ServerTls, std::string>> loaded;
    const auto now = clock_.wall_now();
    co_await worker_.run([&] {
        content = content_of(config_.tls);
        if (content != certificate_seen_) loaded = load_server_tls(config_.tls, now);
    });
    certificate_seen_ = std::move(content);
    if (loaded) use_certificate(*std::move(loaded));
}

Task<void> Process::watch_certificate() {
    while (!stopped_) {
        co_await renewal_->wait_until(clock_.now() + certificate_looked_at_every);
        if (!stopped_) co_await reload_certificate();
    }
}

Task<void> Process::watch_signals() {
    for (int seen = 0; !stopped_; ++seen) {
        const auto [error, signal] = co_await signals_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        if (error) co_return;
        log_.info("signal", {{"number", static_cast<std::int64_t>(signal)}});
        if (signal == SIGHUP) {
            renewal_->ring();
            --seen;  // it does not ask for an end
            continue;
        }
        if (seen > 0) {  // asked twice: what is in flight becomes `unknown`
            io_.stop();
            co_return;
        }
        // SIGINT is a person at a terminal: no load balancer needs time to notice.
        if (signal == SIGINT) config_.drain_readiness_delay = milliseconds(0);
        tasks_.spawn(drain());
    }
}

Task<void> Process::drain() {
    draining_ = true;
    for (const auto& [id, workspace] : workspaces_) workspace->stop();
    sweeper_.stop();
    webhooks_.stop();
    const auto in_flight_until = clock_.now() + config_.drain_readiness_delay + config_.drain_inflight;
    co_await clock_.sleep_for(config_.drain_readiness_delay);
    listener_.stop();
    changes_.close();
    bool drained = true;
    for (const auto& [id, workspace] : workspaces_)
        if (!co_await workspace->drain(in_flight_until)) drained = false;
    // What is on the wire now was asked for by somebody who waits for its outcome.
    const bool calling = std::ranges::any_of(workspaces_, [](const auto& each) { return each.second->calling(); });
    const auto sessions_until = clock_.now() + sessions_may_take;
    const bool served = co_await listener_.drain(calling ? std::max(sessions_until, in_flight_until) : sessions_until);
    for (const auto& [id, workspace] : workspaces_) co_await workspace->save_limiter();
    stopped_ = true;
    renewal_->ring();
    for (const auto& [id, workspace] : workspaces_) workspace->close_connections();
    boost::system::error_code ignored;
    signals_.cancel(ignored);
    if (!drained || !served) io_.stop();
}

void Process::log_request(const Served& served) {
    for (const std::string_view probe : {"getLiveness", "getReadiness", "getMetrics"})
        if (served.operation == probe) return;
    log_.info("request", {{"request_id", std::string(served.request_id)},
                          {"trace_id", std::string(served.trace_id)},
                          {"operation", std::string(served.operation)},
                          {"method", std::string(served.method.substr(0, 16))},
                          {"actor", std::string(served.actor)},
                          {"status", static_cast<std::int64_t>(served.status)},
                          {"ms", std::chrono::duration<double, std::milli>(served.took).count()}});
}

void Process::bug(const std::exception_ptr& what, std::string_view where) {
    std::string message;
    try {
        std::rethrow_exception(what);
    } catch (const std::exception& exception) {
        message = exception.what();
    } catch (...) {
        message = "not a std::exception";
    }
    log_.error("bug", {{"where", std::string(where)}, {"what", message}});
    if (where != "task") return;  // a request's own; the client got a 500
    // The sending loop cannot be trusted any more; a restart recovers from the rows.
    exit_code_ = EXIT_FAILURE;
    io_.stop();
}

}  // namespace herald::service
