#include "domain/automation/worker.hpp"

#include <algorithm>
#include <utility>

namespace herald {

AutomationWorker::AutomationWorker(boost::asio::any_io_executor loop, AutomationPorts ports, StepEffects effects,
                                   WorkspaceId workspace, AutomationOptions options, AutomationEvents events,
                                   std::function<void(std::exception_ptr)> on_bug)
    : store_(ports.store),
      clock_(ports.clock),
      workspace_(std::move(workspace)),
      begun_(std::move(events.begun)),
      unknown_(std::move(events.unknown)),
      registry_(ports.store, std::move(ports.reader), workspace_, events.steps.trouble),
      arrivals_(loop, {ports.store, registry_, ports.directory, ports.memory, ports.gate, ports.clock}, workspace_,
                options.arrivals,
                {[this](const RunStore::Arrived& arrived) {
                     if (arrived.begun > 0) begun_(arrived.begun);
                     if (arrived.unknown > 0) unknown_(arrived.unknown);
                     if (arrived.begun + arrived.noticed > 0) steps_.wake();
                 },
                 std::move(events.too_deep), events.steps.trouble},
                on_bug),
      firings_({ports.store, registry_, ports.audiences, ports.directory, ports.memory, ports.gate, ports.zones,
                ports.clock},
               workspace_, options.firings,
               {[this](std::int64_t entered) {
                    begun_(entered);
                    steps_.wake();
                },
                std::move(events.fired), events.steps.trouble}),
      steps_(loop, {ports.store, registry_, ports.desk, ports.gate, ports.zones, ports.clock, ports.random},
             std::move(effects), workspace_, options.steps, events.steps, on_bug),
      reports_(loop, {ports.store, ports.background_desk, ports.gate, ports.clock}, workspace_, options.reports,
               events.steps.trouble, on_bug) {
    steps_.on_emitted = [this] {
        arrivals_.wake();
        reports_.wake();
    };
}

Task<Result<std::vector<Taken>>> AutomationWorker::take(std::vector<IncomingEvent> events) {
    const auto registry = co_await registry_.fresh();
    if (!registry) co_return registry.error();
    std::vector<bool> matters;
    matters.reserve(events.size());
    for (const auto& event : events) matters.push_back((*registry)->concerned(event));
    const bool any = std::ranges::find(matters, true) != matters.end();
    const bool tracked = std::ranges::any_of(events, &IncomingEvent::track);
    auto taken = co_await store_.take(workspace_, std::move(events), std::move(matters), clock_.wall_now());
    if (any) arrivals_.wake();
    if (tracked) reports_.wake();
    co_return taken;
}

Task<Result<bool>> AutomationWorker::known(std::string id) {
    return store_.known(workspace_, std::move(id));
}

void AutomationWorker::changed() {
    registry_.changed();
    firings_.wake();
    steps_.wake();
}

void AutomationWorker::start(Scope& tasks) {
    tasks.spawn(arrivals_.run());
    tasks.spawn(firings_.run());
    tasks.spawn(firings_.fire_when_due());
    tasks.spawn(steps_.run());
    tasks.spawn(reports_.run());
}

void AutomationWorker::stop() {
    arrivals_.stop();
    firings_.stop();
    steps_.stop();
    reports_.stop();
}

Task<bool> AutomationWorker::drain(SteadyTime deadline) {
    const bool arrived = co_await arrivals_.drain(deadline);
    const bool reported = co_await reports_.drain(deadline);
    co_return co_await steps_.drain(deadline) && arrived&& reported;
}

}  // namespace herald
