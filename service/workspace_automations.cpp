#include "service/workspace_automations.hpp"

#include "adapters/webhook/payload.hpp"
#include "api/automation_document.hpp"
#include "service/workspace.hpp"

namespace herald::service {
namespace {

constexpr milliseconds tidied_every{5'000};
constexpr std::size_t rows_at_once = 2'000;

intercom::CredentialRefused held_by(resilience::Gate& gate) {
    return [&gate] { gate.hold_credential(); };
}

ContactDeskOptions desk_options(const Config& config) {
    return {config.contact_fresh, config.contact_visibility_grace};
}

AutomationOptions options_of(const Config& config) {
    AutomationOptions options;
    options.arrivals.fresh = config.contact_fresh;
    options.arrivals.visibility_grace = config.contact_visibility_grace;
    options.firings.fresh = config.contact_fresh;
    options.firings.grace = config.misfire_grace;
    options.firings.confirm_above = config.automation_confirm_above;
    return options;
}

}  // namespace

WorkspaceAutomations::WorkspaceAutomations(const Surroundings& around, WayOut way, const WorkspaceId& id,
                                           std::optional<std::int64_t> default_admin, const Config& config)
    : around_(around),
      id_(id),
      calls_(around.clock, around.random, way.wire, way.gate, way.retries, Lane::automation),
      directory_(around.loop, around.clock, calls_, way.credential, held_by(way.gate)),
      operations_(calls_, way.credential, held_by(way.gate)),
      background_operations_(way.background_calls, way.credential, held_by(way.gate)),
      desk_({operations_, directory_, around.store.contacts(), way.gate, around.clock}, id, desk_options(config)),
      background_desk_(
          {background_operations_, way.background_directory, around.store.contacts(), way.gate, around.clock}, id,
          desk_options(config)),
      worker_(around.loop,
              {around.store.runs(), api::read_definition, desk_, background_desk_, directory_, way.background_directory,
               around.store.contacts(), way.gate, around.zones, around.clock, around.random},
              StepEffects({way.sender,
                           way.sender,
                           operations_,
                           around.store.contacts(),
                           around.webhooks,
                           {webhook::webhook_json, webhook::slack_json},
                           around.clock},
                          id, default_admin),
              id, options_of(config), events(), around.on_bug),
      tick_(around.clock.make_alarm()) {}

AutomationEvents WorkspaceAutomations::events() const {
    auto& metrics = around_.metrics;
    auto& log = around_.log;
    AutomationEvents out;
    out.begun = [&metrics, id = id_](std::int64_t count) { metrics.runs_begun(id, count); };
    out.unknown = [&metrics, &log, id = id_](std::int64_t count) {
        metrics.events_about_nobody(id, count);
        log.warning("events_about_nobody", {{"workspace", id.value}, {"count", count}});
    };
    out.fired = [&log, id = id_](const Firing& firing) {
        log.info("automation_fired", {{"workspace", id.value},
                                      {"automation", firing.automation.value},
                                      {"state", std::string(name(firing.state))},
                                      {"people", firing.people}});
    };
    out.too_deep = [&log, id = id_](const IncomingEvent& event) {
        log.warning("automations_trigger_each_other", {{"workspace", id.value}, {"depth", event.depth}});
    };
    out.steps.ended = [&metrics](StepType step, StepOutcome outcome) { metrics.step_ended(step, outcome); };
    out.steps.picked_up = [&metrics](milliseconds late) { metrics.step_picked_up(late); };
    out.steps.trouble = trouble_log(log, around_.clock, id_);
    return out;
}

void WorkspaceAutomations::start(Scope& tasks) {
    worker_.start(tasks);
    tasks.spawn(keep_tidy());
}

void WorkspaceAutomations::stop() {
    stopping_ = true;
    tick_->ring();
    worker_.stop();
}

// The numbers for the metrics, which cannot wait for the store; and what is old enough to go, a slice at a time.
Task<void> WorkspaceAutomations::keep_tidy() {
    while (!stopping_) {
        auto& store = around_.store.runs();
        if (const auto counts = co_await store.run_counts(id_)) around_.metrics.runs_counted(id_, *counts);
        const auto more = co_await store.sweep(rows_at_once, around_.clock.wall_now());
        const auto rest = more && *more ? milliseconds(100) : tidied_every;
        if (!stopping_) co_await tick_->wait_until(around_.clock.now() + rest);
    }
}

}  // namespace herald::service
