#include "service/workspace.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "adapters/http/endpoint.hpp"
#include "adapters/intercom/wire.hpp"

namespace herald::service {
namespace {

constexpr milliseconds limiter_saved_every{1'000};
constexpr milliseconds credential_looked_at_every{1'000};

http::Endpoint endpoint_of(const WorkspaceConfig& workspace) {
    auto endpoint = http::parse_endpoint(workspace.intercom_url);
    if (!endpoint) throw std::runtime_error(fmt::format("workspace {}: {}", workspace.name, endpoint.error().detail));
    return std::move(*endpoint);
}

http::ClientOptions client_options(const WorkspaceConfig& workspace) {
    http::ClientOptions options;
    options.ca_file = workspace.ca_file;
    return options;
}

resilience::GateOptions gate_options(const WorkspaceConfig& workspace, const Config& config) {
    resilience::GateOptions options;
    options.host = endpoint_of(workspace).host;
    options.limiter.limit_per_window = workspace.limit_per_window;
    options.limiter.target = config.limiter_target;
    options.limiter.initial_limit = std::min(options.limiter.initial_limit, workspace.limit_per_window);
    options.has_credential = !workspace.token.empty();
    if (!workspace.app_id.empty())
        options.right_workspace = [wanted = workspace.app_id](const http::Reply& me) {
            return intercom::read_app_id(me.body) == wanted;
        };
    return options;
}

PlanRules planning_rules(const Config& config) {
    PlanRules rules;
    rules.contact_fresh = config.contact_fresh;
    rules.look_again = config.contact_visibility_grace;
    return rules;
}

ContactDeskOptions desk_options(const Config& config) {
    return {config.contact_fresh, config.contact_visibility_grace};
}

RunnerOptions runner_options(const Config& config) {
    RunnerOptions options;
    options.planning = planning_rules(config);
    options.visibility_grace = config.contact_visibility_grace;
    return options;
}

resilience::GateEvents gate_events(const Surroundings& around, const WorkspaceId& workspace) {
    auto& log = around.log;
    auto& metrics = around.metrics;
    resilience::GateEvents events;
    events.breaker = [&log, &metrics](std::string_view from, std::string_view to, std::string_view reason) {
        metrics.breaker_changed(from, to, reason);
        log.warning("circuit_breaker",
                    {{"from", std::string(from)}, {"to", std::string(to)}, {"reason", std::string(reason)}});
    };
    events.throttled = [&log, &metrics, workspace](milliseconds wait) {
        metrics.throttled(workspace);
        log.warning("rate_limited", {{"workspace", workspace.value}, {"wait_ms", wait.count()}});
    };
    events.slot = [&metrics, workspace](Lane lane, SteadyTime::duration waited) {
        metrics.slot_waited(workspace, lane, waited);
    };
    events.credential = [&log, workspace](CredentialState state) {
        switch (state) {
            case CredentialState::ok:
                log.info("credential_works", {{"workspace", workspace.value}});
                break;
            case CredentialState::held:
                log.error("credential_refused", {{"workspace", workspace.value}});
                break;
            case CredentialState::other_workspace:
                log.error("credential_of_another_workspace", {{"workspace", workspace.value}});
                break;
            case CredentialState::unchecked:
            case CredentialState::missing:
                break;
        }
    };
    return events;
}

SchedulerOptions scheduler_options(const Config& config) {
    SchedulerOptions options;
    options.grace = config.misfire_grace;
    return options;
}

SchedulerEvents scheduler_events(const Surroundings& around, const WorkspaceId& workspace) {
    SchedulerEvents events;
    events.happened = [&log = around.log, workspace](const CampaignId& id, CampaignEvent event) {
        if (event == CampaignEvent::hold)
            log.warning("campaign_paused", {{"workspace", workspace.value},
                                            {"campaign", id.value},
                                            {"reason", std::string(name(PauseReason::late))}});
        else
            log.info("campaign_time_came",
                     {{"workspace", workspace.value}, {"campaign", id.value}, {"event", std::string(name(event))}});
    };
    events.trouble = trouble_log(around.log, around.clock, workspace);
    return events;
}

RunnerEvents runner_events(const Surroundings& around, const WorkspaceId& workspace) {
    RunnerEvents events;
    events.paused = [&log = around.log, workspace](const CampaignId& id, PauseReason reason) {
        log.warning("campaign_paused",
                    {{"workspace", workspace.value}, {"campaign", id.value}, {"reason", std::string(name(reason))}});
    };
    events.trouble = trouble_log(around.log, around.clock, workspace);
    return events;
}

}  // namespace

// A full disk or a dead host makes the same trouble hundreds of times a second.
std::function<void(std::string_view, const Error&)> trouble_log(observe::Log& log, Clock& clock,
                                                                const WorkspaceId& workspace) {
    return [&log, &clock, workspace, last = std::map<std::string, SteadyTime>{}](std::string_view where,
                                                                                 const Error& error) mutable {
        auto& said = last[std::string(where)];
        if (clock.now() - said < seconds(1)) return;
        said = clock.now();
        log.warning(
            "sending_trouble",
            {{"workspace", workspace.value}, {"where", std::string(where)}, {"error", std::string(name(error.code))}});
    };
}

std::string host_of(const WorkspaceConfig& workspace) {
    return endpoint_of(workspace).authority();
}

resilience::CircuitBreaker::Options breaker_options(const Config& config) {
    resilience::CircuitBreaker::Options options;
    options.mode =
        config.breaker_scaled ? resilience::BreakerOptions::Mode::scaled : resilience::BreakerOptions::Mode::seed;
    options.open = std::chrono::ceil<seconds>(config.breaker_open);
    return options;
}

WorkspaceRuntime::WorkspaceRuntime(const Surroundings& around, Host& host, const WorkspaceConfig& own,
                                   const Config& config)
    : around_(around),
      id_{own.name},
      default_admin_(own.sender_admin_id),
      planning_(planning_rules(config)),
      client_(around.loop, around.clock, endpoint_of(own), client_options(own)),
      attempts_(client_, around.metrics, around.log, around.clock, id_),
      credential_{own.token.reveal()},
      gate_(around.clock, around.random, attempts_, intercom::identify_call(credential_), host.breaker,
            gate_options(own, config), gate_events(around, id_)),
      wire_(attempts_, gate_),
      campaign_calls_(around.clock, around.random, wire_, gate_, host.retries, Lane::campaign),
      interactive_calls_(around.clock, around.random, wire_, gate_, host.retries, Lane::interactive),
      background_calls_(around.clock, around.random, wire_, gate_, host.retries, Lane::background),
      sender_(wire_, credential_, [this] { gate_.hold_credential(); }),
      campaign_directory_(around.loop, around.clock, campaign_calls_, credential_, [this] { gate_.hold_credential(); }),
      interactive_directory_(around.loop, around.clock, interactive_calls_, credential_,
                             [this] { gate_.hold_credential(); }),
      background_directory_(around.loop, around.clock, background_calls_, credential_,
                            [this] { gate_.hold_credential(); }),
      operations_(interactive_calls_, credential_, [this] { gate_.hold_credential(); }),
      desk_({operations_, interactive_directory_, around.store.contacts(), gate_, around.clock}, id_,
            desk_options(config)),
      runner_(around.loop,
              {around.store.campaigns(), around.deliveries, around.store.contacts(), campaign_directory_,
               campaign_directory_, campaign_directory_, sender_, gate_, around.clock, around.random},
              id_, runner_options(config), runner_events(around, id_), around.on_bug),
      tracker_(around.loop, {around.store.campaigns(), around.deliveries, sender_, gate_, around.clock, around.random},
               id_, TrackerOptions{}, trouble_log(around.log, around.clock, id_), around.on_bug),
      scheduler_(around.campaigns, around.store.upkeep(), around.clock, id_, scheduler_options(config),
                 scheduler_events(around, id_)),
      loader_(around.loop, {around.store.sources(), background_directory_, gate_, around.clock}, id_, LoaderOptions{},
              loader_events(), around.on_bug),
      automations_(around, {wire_, gate_, host.retries, credential_, sender_, background_calls_, background_directory_},
                   id_, default_admin_, config) {
    if (own.token.empty())
        around.log.warning("no_credential",
                           {{"workspace", id_.value}, {"meaning", "it has no access token: nothing is sent"}});
}

api::Workspace WorkspaceRuntime::api_view() {
    return {id_,
            default_admin_,
            interactive_directory_,
            interactive_directory_,
            interactive_directory_,
            runner_,
            gate_,
            desk_,
            automations_.engine(),
            planning_};
}

LoaderEvents WorkspaceRuntime::loader_events() {
    LoaderEvents events;
    events.added = [this] { runner_.wake(); };
    events.refused = [this](const CampaignId& id, std::string_view) {
        runner_.drop(id);
        around_.log.warning("campaign_paused", {{"workspace", id_.value},
                                                {"campaign", id.value},
                                                {"reason", std::string(name(PauseReason::audience_refused))}});
    };
    events.trouble = trouble_log(around_.log, around_.clock, id_);
    return events;
}

Task<void> WorkspaceRuntime::restore_limiter() {
    const auto saved = co_await around_.store.limiter().load(id_);
    if (saved && *saved)
        gate_.limiter().restore(**saved, around_.clock.now(), around_.clock.wall_now());
    else if (!saved)
        around_.log.warning("limiter_not_restored", {{"workspace", id_.value}});
}

void WorkspaceRuntime::start(Scope& tasks) {
    tasks.spawn(watch_credential());
    tasks.spawn(runner_.run());
    tasks.spawn(tracker_.run());
    tasks.spawn(scheduler_.run());
    tasks.spawn(loader_.run());
    automations_.start(tasks);
    tasks.spawn(keep_limiter());
}

// At once where a check is due: whose the token is is known before it is used. And again while it is held, whoever
// waits for it: a campaign, an automation, or nobody but the next request.
Task<void> WorkspaceRuntime::watch_credential() {
    while (!stopping_) {
        co_await gate_.check_credential();
        if (!stopping_) co_await around_.clock.sleep_for(credential_looked_at_every);
    }
}

Task<void> WorkspaceRuntime::keep_limiter() {
    std::optional<LimiterState> saved;
    while (!stopping_) {
        co_await around_.clock.sleep_for(limiter_saved_every);
        auto state = gate_.limiter().save(around_.clock.now(), around_.clock.wall_now());
        // An idle limiter's next slot only wavers by a rounding.
        if (saved && state.next_slot - saved->next_slot < milliseconds(10) &&
            saved->blocked_until == state.blocked_until)
            continue;
        if (co_await around_.store.limiter().save(id_, state)) saved = state;
    }
}

void WorkspaceRuntime::stop() {
    stopping_ = true;
    runner_.stop();
    tracker_.stop();
    scheduler_.stop();
    loader_.stop();
    automations_.stop();
    gate_.stop();
}

Task<bool> WorkspaceRuntime::drain(SteadyTime deadline) {
    const bool sent = co_await runner_.drain(deadline);
    const bool tracked = co_await tracker_.drain(deadline);
    const bool loaded = co_await loader_.drain(deadline);
    const bool stepped = co_await automations_.drain(deadline);
    co_return sent&& tracked&& loaded&& stepped;
}

Task<void> WorkspaceRuntime::save_limiter() {
    const auto state = gate_.limiter().save(around_.clock.now(), around_.clock.wall_now());
    const auto kept = co_await around_.store.limiter().save(id_, state);
    if (!kept) around_.log.warning("limiter_not_saved", {{"workspace", id_.value}});
}

}  // namespace herald::service
