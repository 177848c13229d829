#include "tests/store/automation_fixture.hpp"

#include <fmt/format.h>

namespace herald::test {

Definition AutomationTest::on_signup() {
    Definition out;
    out.name = "Welcome";
    out.trigger = {TriggerType::event_based, EventTrigger{"signup", {}}};
    out.program.push_back({"/steps/0", StepType::add_tag, TagStep{"new", true}, OnError::stop});
    out.entry.rule = EntryRule::every;
    return out;
}

AutomationId AutomationTest::automation(Definition definition, AutomationState state,
                                        std::optional<WallTime> next_fire_at) {
    Automation a;
    a.id = {fmt::format("aut_{:04}", ++automations_made_)};
    a.name = definition.name;
    a.state = state;
    a.document = fmt::format(R"({{"name":"{}"}})", definition.name);
    a.trigger_type = std::string(name(definition.trigger.type));
    a.action_count = static_cast<std::int64_t>(definition.program.size());
    a.created_by = "ann";
    a.created_at = start;
    a.next_fire_at = next_fire_at;
    EXPECT_TRUE(run(automations().create(caller(), a, {})));
    const auto shared = std::make_shared<const Definition>(std::move(definition));
    if (state == AutomationState::active) registry.active.push_back({a.id, 1, shared});
    registry.versions[{a.id, 1}] = shared;
    if (const auto metric = watched_metric(shared->trigger); !metric.empty()) registry.metrics.push_back(metric);
    return a.id;
}

Result<WrittenAutomation> AutomationTest::edit(const AutomationId& id, std::int64_t revision,
                                               const std::string& document, AutomationRequest request,
                                               bool keeps_schedule) {
    return run(automations().edit(caller(), id, revision,
                                  {"Renamed", document, "milestone", 3, start + milliseconds(5), keeps_schedule},
                                  start + seconds(1), std::move(request)));
}

Result<WrittenAutomation> AutomationTest::activate(const AutomationId& id, std::optional<WallTime> next) {
    const auto found = run(automations().get(workspace, id));
    return activate(id, found ? found->revision : 1, next);
}

Result<WrittenAutomation> AutomationTest::activate(const AutomationId& id, std::int64_t revision,
                                                   std::optional<WallTime> next) {
    return run(automations().activate(caller(), id, revision, next, start + seconds(2), {}));
}

Result<WrittenAutomation> AutomationTest::deactivate(const AutomationId& id) {
    return run(automations().deactivate(caller(), id, start + seconds(3), {}));
}

Result<WrittenAutomation> AutomationTest::remove(const AutomationId& id, std::optional<std::int64_t> revision) {
    return run(automations().remove(caller(), id, revision, start + seconds(4), {}));
}

IncomingEvent AutomationTest::event(const std::string& id, const std::string& name, const std::string& person) {
    IncomingEvent out;
    out.id = id;
    out.contact = {ContactRef::Kind::external_id, person};
    out.name = name;
    out.at = start;
    out.metadata = {{"plan", std::string("pro")},
                    {"seats", std::int64_t{3}},
                    {"share", 0.5},
                    {"trial", true},
                    {"nothing", std::monostate{}}};
    return out;
}

Contact AutomationTest::contact(const std::string& person) {
    Contact out;
    out.id = {"id-" + person};
    out.external_id = person;
    return out;
}

bool AutomationTest::take(const IncomingEvent& event, WallTime now) {
    return !run(runs().take(workspace, {event}, {true}, now)).value().at(0).duplicate;
}

RunStore::Arrived AutomationTest::arrive(WallTime now) {
    std::vector<Arrival> arrivals;
    for (auto& each : run(runs().arrivals(workspace, 0, 1'000)).value())
        arrivals.push_back({each.number, each.event, contact(each.event.contact.value), {}});
    return run(runs().arrive(workspace, std::move(arrivals), std::make_shared<const Registry>(registry), now)).value();
}

herald::Run AutomationTest::begin(const std::string& event_id, const std::string& person, WallTime now) {
    EXPECT_TRUE(take(event(event_id, "signup", person), now));
    EXPECT_EQ(arrive(now).begun, 1);
    return get_run(raw_integer("SELECT max(number) FROM automation_runs"));
}

std::vector<herald::Run> AutomationTest::due(WallTime now, std::size_t limit, std::vector<std::int64_t> held) {
    return run(runs().due(workspace, now, limit, std::move(held))).value().runs;
}

RunWrite AutomationTest::ended(StoredRun run, RunState state) {
    RunWrite out;
    run.state = state;
    run.ended_at = start + seconds(9);
    ++run.position;
    out.run = std::move(run);
    TraceEntry entry;
    entry.path = "/steps/0";
    entry.step = StepType::add_tag;
    entry.at = start;
    entry.outcome = StepOutcome::done;
    entry.because = "it went well";
    entry.until = start + seconds(1);
    entry.done_at = start + seconds(9);
    entry.resource_id = "tag-1";
    entry.request_id = "req-1";
    out.trace.push_back(std::move(entry));
    return out;
}

std::int64_t AutomationTest::audited(const std::string& action) {
    return raw_integer(fmt::format("SELECT count(*) FROM audit_entries WHERE action = '{}'", action));
}

void AutomationTest::expect_run_counts_are_rows() {
    RunCounts rows;
    auto database = raw();
    SQLite::Statement row(database, "SELECT state, count(*) FROM automation_runs GROUP BY state");
    while (row.executeStep()) rows[run_state(row.getColumn(0).getString()).value()] = row.getColumn(1).getInt64();
    EXPECT_EQ(run(runs().run_counts(workspace)).value(), rows);
    EXPECT_EQ(raw_integer("SELECT coalesce(sum(open_runs), 0) FROM automation_versions"), rows[RunState::active]);
}

}  // namespace herald::test
