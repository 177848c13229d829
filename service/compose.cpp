#include "service/compose.hpp"

#include <cstdlib>
#include <map>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "domain/core/error.hpp"
#include "service/embedded.hpp"

namespace herald::service {
namespace {

constexpr milliseconds limiter_saved_every{1'000};
constexpr milliseconds lag_measured_every{50};
constexpr milliseconds lag_worth_a_line{100};
constexpr milliseconds sessions_may_take{5'000};
constexpr milliseconds store_must_answer_in{1'000};

http::Endpoint endpoint_of(const Config& config) {
    auto endpoint = http::parse_endpoint(config.intercom_url);
    if (!endpoint) throw std::runtime_error("INTERCOM_BASE_URL: " + endpoint.error().detail);
    return std::move(*endpoint);
}

resilience::GateOptions gate_options(const Config& config) {
    resilience::GateOptions options;
    options.host = endpoint_of(config).host;
    options.limiter.limit_per_window = config.limit_per_window;
    options.limiter.target = config.limiter_target;
    options.limiter.initial_limit = std::min(options.limiter.initial_limit, config.limit_per_window);
    options.breaker.mode =
        config.breaker_scaled ? resilience::BreakerOptions::Mode::scaled : resilience::BreakerOptions::Mode::seed;
    options.breaker.open = std::chrono::ceil<seconds>(config.breaker_open);
    options.has_credential = !config.intercom_token.empty();
    return options;
}

http::ClientOptions client_options(const Config& config) {
    http::ClientOptions options;
    options.ca_file = config.intercom_ca_file;
    return options;
}

RunnerOptions runner_options(const Config& config) {
    RunnerOptions options;
    options.contact_fresh = config.contact_fresh;
    options.look_again = config.contact_visibility_grace;
    return options;
}

resilience::GateEvents gate_events(observe::Log& log, observe::Metrics& metrics) {
    resilience::GateEvents events;
    events.breaker = [&log, &metrics](std::string_view from, std::string_view to, std::string_view reason) {
        metrics.breaker_changed(from, to, reason);
        log.warning("circuit_breaker",
                    {{"from", std::string(from)}, {"to", std::string(to)}, {"reason", std::string(reason)}});
    };
    events.throttled = [&log, &metrics](milliseconds wait) {
        metrics.throttled();
        log.warning("rate_limited", {{"wait_ms", wait.count()}});
    };
    events.slot = [&metrics](Lane lane, SteadyTime::duration waited) { metrics.slot_waited(lane, waited); };
    events.credential = [&log](bool held) {
        if (held)
            log.error("credential_refused");
        else
            log.info("credential_works_again");
    };
    return events;
}

RunnerEvents runner_events(observe::Log& log, Clock& clock) {
    RunnerEvents events;
    events.paused = [&log](const CampaignId& id, PauseReason reason) {
        log.warning("campaign_paused", {{"campaign", id.value}, {"reason", std::string(name(reason))}});
    };
    // A full disk or a dead host makes the same trouble hundreds of times a second: one line a second tells it.
    events.trouble = [&log, &clock, last = std::map<std::string, SteadyTime>{}](std::string_view where,
                                                                                const Error& error) mutable {
        auto& said = last[std::string(where)];
        if (clock.now() - said < seconds(1)) return;
        said = clock.now();
        log.warning("sending_trouble", {{"where", std::string(where)}, {"error", std::string(name(error.code))}});
    };
    return events;
}

sqlite::Options store_options(observe::Log& log, api::ChangeFeed& changes) {
    sqlite::Options options;
    options.on_change = [&changes](const CampaignId& id) { changes.notify(id); };
    options.on_error = [&log](const std::string& problem) { log.error("store", {{"problem", problem}}); };
    return options;
}

}  // namespace

Process::Process(const Config& config, std::string openapi)
    : config_(config),
      clock_(io_.get_executor()),
      log_(clock_),
      metrics_(version),
      on_bug_([this](const std::exception_ptr& what) { bug(what, "task"); }),
      worker_(pool_),
      changes_(clock_),
      store_(config.data_dir, io_.get_executor(), store_options(log_, changes_)),
      deliveries_(store_.deliveries(), clock_, metrics_),
      client_(io_.get_executor(), clock_, endpoint_of(config), client_options(config)),
      attempts_(client_, metrics_),
      credential_{config.intercom_token.reveal()},
      gate_(clock_, random_, attempts_, intercom::identify_call(credential_), gate_options(config),
            gate_events(log_, metrics_)),
      wire_(attempts_, gate_),
      campaign_calls_(clock_, random_, wire_, gate_, retry_budget_, Lane::campaign),
      interactive_calls_(clock_, random_, wire_, gate_, retry_budget_, Lane::interactive),
      sender_(wire_, credential_, [this] { gate_.hold_credential(); }),
      campaign_directory_(io_.get_executor(), clock_, campaign_calls_, credential_,
                          [this] { gate_.hold_credential(); }),
      interactive_directory_(io_.get_executor(), clock_, interactive_calls_, credential_,
                             [this] { gate_.hold_credential(); }),
      runner_(io_.get_executor(),
              {store_.campaigns(), deliveries_, store_.contacts(), campaign_directory_, campaign_directory_, sender_,
               gate_, clock_, random_},
              workspace_, runner_options(config), runner_events(log_, clock_), on_bug_),
      tracker_(io_.get_executor(), {store_.campaigns(), deliveries_, sender_, gate_, clock_, random_}, workspace_,
               TrackerOptions{}, runner_events(log_, clock_).trouble, on_bug_),
      campaigns_(
          store_.campaigns(), [this] { runner_.wake(); }, [this](const CampaignId& id) { runner_.drop(id); }),
      api_({campaigns_,
            changes_,
            worker_,
            clock_,
            random_,
            {{workspace_, config.sender_admin_id, interactive_directory_, runner_, gate_}}},
           {.openapi = std::move(openapi),
            .metrics = [this] { return metrics_.text(gate_.limits()); },
            .draining = [this] { return draining_; }}),
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
      tasks_(io_.get_executor(), clock_, on_bug_),
      signals_(io_, SIGTERM, SIGINT) {
    const auto recovery = store_.recover(clock_.wall_now());
    metrics_.delivery_ended(DeliveryState::unknown, recovery.lost);
    log_.info("recovered", {{"epoch", recovery.epoch},
                            {"released", recovery.released},
                            {"lost", recovery.lost},
                            {"corrected_campaigns", recovery.corrected_campaigns},
                            {"paused_campaigns", recovery.paused_campaigns}});
    if (config.intercom_token.empty())
        log_.warning("no_credential", {{"meaning", "INTERCOM_ACCESS_TOKEN is not set: nothing is sent"}});
}

int Process::run() {
    tasks_.spawn(restore_limiter());
    tasks_.spawn(watch_loop_lag());
    tasks_.spawn(watch_store());
    tasks_.spawn(watch_signals());
    io_.run();
    const bool tidy = tasks_.size() == 0 && runner_.inflight() == 0 && listener_.connections() == 0;
    store_.close();
    log_.info("stopped", {{"tidy", tidy}, {"inflight", static_cast<std::int64_t>(runner_.inflight())}});
    // What still waits refers to objects whose order of destruction it does not know; the store is closed, and
    // what was in flight is `unknown` at the next start, which is true.
    if (!tidy) std::_Exit(exit_code_);
    return exit_code_;
}

// A restart never gets a fresh burst: first the limiter's memory, then the first call.
Task<void> Process::restore_limiter() {
    const auto saved = co_await store_.limiter().load(workspace_);
    if (saved && *saved)
        gate_.limiter().restore(**saved, clock_.now(), clock_.wall_now());
    else if (!saved)
        log_.warning("limiter_not_restored");
    if (stopped_) co_return;
    tasks_.spawn(listener_.run());
    tasks_.spawn(runner_.run());
    tasks_.spawn(tracker_.run());
    tasks_.spawn(keep_limiter());
}

Task<void> Process::keep_limiter() {
    std::optional<LimiterState> saved;
    while (!stopped_) {
        co_await clock_.sleep_for(limiter_saved_every);
        auto state = gate_.limiter().save(clock_.now(), clock_.wall_now());
        // An idle limiter's next slot only wavers by a rounding.
        if (saved && state.next_slot - saved->next_slot < milliseconds(10) &&
            saved->blocked_until == state.blocked_until)
            continue;
        if (co_await store_.limiter().save(workspace_, state)) saved = state;
    }
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

Task<void> Process::watch_signals() {
    for (int seen = 0; !stopped_; ++seen) {
        const auto [error, signal] = co_await signals_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        if (error) co_return;
        log_.info("signal", {{"number", static_cast<std::int64_t>(signal)}});
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
    runner_.stop();
    tracker_.stop();
    gate_.stop();
    const auto in_flight_until = clock_.now() + config_.drain_readiness_delay + config_.drain_inflight;
    co_await clock_.sleep_for(config_.drain_readiness_delay);
    listener_.stop();
    changes_.close();
    const bool sent = co_await runner_.drain(in_flight_until);
    const bool tracked = co_await tracker_.drain(in_flight_until);
    const bool served = co_await listener_.drain(clock_.now() + sessions_may_take);
    if (const auto kept =
            co_await store_.limiter().save(workspace_, gate_.limiter().save(clock_.now(), clock_.wall_now()));
        !kept)
        log_.warning("limiter_not_saved");
    stopped_ = true;
    boost::system::error_code ignored;
    signals_.cancel(ignored);
    if (!sent || !tracked || !served) io_.stop();
}

void Process::log_request(const Served& served) {
    for (const std::string_view probe : {"getLiveness", "getReadiness", "getMetrics"})
        if (served.operation == probe) return;
    log_.info("request", {{"request_id", std::string(served.request_id)},
                          {"operation", std::string(served.operation)},
                          {"method", std::string(served.method.substr(0, 16))},
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
