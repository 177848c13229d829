#pragma once
// Stored automations, the registry of them, and short names for what the engine asks of the store.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "domain/automation/engine.hpp"
#include "tests/store/store_fixture.hpp"

namespace herald::test {

// The store asks for a zone only through what it is given.
class NoZones final : public TimeZones {
 public:
    bool known(const std::string&) const override { return false; }
    WallTime instant(const std::string&, LocalTime) const override { return {}; }
    ZoneOffset offset_at(const std::string&, WallTime) const override { return {}; }
};

class AutomationTest : public StoreTest {
 public:
    using StoredRun = herald::Run;  // Test has a Run of its own

    AutomationStore& automations() { return store->automations(); }
    RunStore& runs() { return store->runs(); }

    // Begins with the event "signup", every time; one note and nothing else.
    static Definition on_signup();
    // Stores the automation with that definition, and has it in the registry.
    AutomationId automation(Definition definition = on_signup(), AutomationState state = AutomationState::active,
                            std::optional<WallTime> next_fire_at = {});
    Automation automation_of(const AutomationId& id) { return run(automations().get(workspace, id)).value(); }
    Result<WrittenAutomation> edit(const AutomationId& id, std::int64_t revision, const std::string& document,
                                   AutomationRequest request = {}, bool keeps_schedule = false);
    // Of the automation as it stands.
    Result<WrittenAutomation> activate(const AutomationId& id, std::optional<WallTime> next = {});
    Result<WrittenAutomation> activate(const AutomationId& id, std::int64_t revision, std::optional<WallTime> next);
    Result<WrittenAutomation> deactivate(const AutomationId& id);
    Result<WrittenAutomation> remove(const AutomationId& id, std::optional<std::int64_t> revision = {});

    static IncomingEvent event(const std::string& id, const std::string& name = "signup",
                               const std::string& person = "c-1");
    static Contact contact(const std::string& person = "c-1");
    // Takes the event in; it matters.
    bool take(const IncomingEvent& event, WallTime now = start);
    // Everything that is pending arrives, its external id being the contact's id.
    RunStore::Arrived arrive(WallTime now = start);
    // Both, and the run that it began.
    StoredRun begin(const std::string& event_id, const std::string& person = "c-1", WallTime now = start);
    std::vector<StoredRun> due(WallTime now = start, std::size_t limit = 100, std::vector<std::int64_t> held = {});
    StoredRun get_run(std::int64_t number) { return run(automations().run(workspace, number)).value(); }
    std::vector<TraceEntry> trace(std::int64_t number) { return run(automations().trace(workspace, number)).value(); }
    bool write(RunWrite asked) { return run(runs().write(std::move(asked))).value(); }
    // The run, through its last step.
    static RunWrite ended(StoredRun run, RunState state = RunState::completed);

    std::int64_t audited(const std::string& action);
    void expect_run_counts_are_rows();

    Registry registry;

 private:
    int automations_made_{};
};

}  // namespace herald::test
