// Automations as people make, change and remove them.

#include <algorithm>

#include "tests/store/automation_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class AutomationStoreTest : public AutomationTest {};

TEST_F(AutomationStoreTest, WhatIsStoredIsReadAgain) {
    const auto id = automation();
    const auto a = automation_of(id);
    EXPECT_EQ(a.name, "Welcome");
    EXPECT_EQ(a.workspace, workspace);
    EXPECT_EQ(a.state, AutomationState::active);
    EXPECT_EQ(a.version, 1);
    EXPECT_EQ(a.revision, 1);
    EXPECT_EQ(a.document, R"({"name":"Welcome"})");
    EXPECT_EQ(a.trigger_type, "event_based");
    EXPECT_EQ(a.action_count, 1);
    EXPECT_EQ(a.created_by, "ann");
    EXPECT_EQ(a.created_at, start);
    EXPECT_FALSE(a.next_fire_at);
    EXPECT_FALSE(a.last_firing);
    EXPECT_EQ(a.runs, RunCounts{});
    EXPECT_EQ(run(automations().get({"elsewhere"}, id)).error().code, Errc::not_found);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM audit_entries WHERE action = 'automation_workflow_created' AND "
                          "details = '{\"action_count\":1,\"created_by\":\"ann\",\"intercom_integration\":true,"
                          "\"is_active\":true,\"trigger_type\":\"event_based\",\"workflow_id\":\"aut_0001\","
                          "\"workflow_name\":\"Welcome\"}'"),
              1);
}

TEST_F(AutomationStoreTest, AListHasPagesInBothDirections) {
    for (int i = 0; i < 5; ++i) automation(on_signup(), i == 2 ? AutomationState::draft : AutomationState::active);
    const auto page = [&](AutomationQuery query) {
        std::vector<std::string> ids;
        for (const auto& each : run(automations().list(workspace, query)).value()) ids.push_back(each.id.value);
        return ids;
    };
    using Ids = std::vector<std::string>;
    EXPECT_EQ(page({.limit = 2}), (Ids{"aut_0005", "aut_0004"}));
    EXPECT_EQ(page({.limit = 2, .after = AutomationId{"aut_0004"}}), (Ids{"aut_0003", "aut_0002"}));
    EXPECT_EQ(page({.limit = 2, .after = AutomationId{"aut_0004"}, .ascending = true}), (Ids{"aut_0005"}));
    EXPECT_EQ(page({.state = AutomationState::draft}), (Ids{"aut_0003"}));
    EXPECT_TRUE(run(automations().list({"elsewhere"}, {})).value().empty());
}

TEST_F(AutomationStoreTest, AnEditMakesAVersionWhenTheDocumentDiffers) {
    const auto id = automation();
    const auto edited = edit(id, 1, "two").value().automation;
    EXPECT_EQ(edited.version, 2);
    EXPECT_EQ(edited.revision, 2);
    EXPECT_EQ(edited.name, "Renamed");
    EXPECT_EQ(edited.trigger_type, "milestone");
    EXPECT_EQ(edited.action_count, 3);
    EXPECT_EQ(edited.next_fire_at, start + 5ms);
    EXPECT_EQ(edited.updated_at, start + 1s);
    EXPECT_EQ(edit(id, 2, "two").value().automation.version, 2);
    EXPECT_EQ(edit(id, 2, "three").error().code, Errc::stale);
    EXPECT_EQ(edit({"aut_none"}, 1, "three").error().code, Errc::not_found);

    const auto versions = run(automations().versions(workspace, id, {}, 10)).value();
    ASSERT_EQ(versions.size(), 2u);
    EXPECT_EQ(versions[0], (AutomationVersion{id, 2, "two", start + 1s, "crm"}));
    EXPECT_EQ(versions[1].document, R"({"name":"Welcome"})");
    EXPECT_EQ(run(automations().versions(workspace, id, 2, 10)).value().size(), 1u);
    EXPECT_EQ(run(automations().versions({"elsewhere"}, id, {}, 10)).error().code, Errc::not_found);
    EXPECT_EQ(audited("automation_edited"), 2);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM audit_entries WHERE action = 'automation_edited' AND "
                          "json_extract(details, '$.fields') = 'name,trigger_type,action_count,document'"),
              1);
}

TEST_F(AutomationStoreTest, ADraftFiresAtNoTime) {
    const auto id = automation(on_signup(), AutomationState::draft, start + 1h);
    EXPECT_FALSE(automation_of(id).next_fire_at);
    EXPECT_FALSE(edit(id, 1, "two").value().automation.next_fire_at);
    EXPECT_EQ(activate(id, start + 2h).value().automation.next_fire_at, start + 2h);
    EXPECT_EQ(run(runs().next_fire(workspace)).value(), start + 2h);
    EXPECT_FALSE(deactivate(id).value().automation.next_fire_at);
    EXPECT_FALSE(run(runs().next_fire(workspace)).value());
}

TEST_F(AutomationStoreTest, AnActivationOfWhatHasChangedMeanwhileIsStale) {
    const auto id = automation(on_signup(), AutomationState::draft);
    ASSERT_TRUE(edit(id, 1, "two"));
    EXPECT_EQ(activate(id, 1, start + 2h).error().code, Errc::stale);
    EXPECT_EQ(automation_of(id).state, AutomationState::draft);
    EXPECT_EQ(activate(id, 2, start + 2h).value().automation.next_fire_at, start + 2h);
}

TEST_F(AutomationStoreTest, AnOverdueFiringIsNotPutOffByAnEditThatKeepsTheSchedule) {
    const auto id = automation(on_signup(), AutomationState::active, start - 1h);
    EXPECT_EQ(edit(id, 1, "two", {}, true).value().automation.next_fire_at, start - 1h);
    EXPECT_EQ(edit(id, 2, "three").value().automation.next_fire_at, start + 5ms);
}

TEST_F(AutomationStoreTest, WhatIsSoAlreadyIsNoChange) {
    const auto id = automation(on_signup(), AutomationState::draft);
    EXPECT_EQ(deactivate(id).error().code, Errc::conflict);
    EXPECT_EQ(activate(id).value().automation.revision, 2);
    EXPECT_EQ(activate(id).value().automation.revision, 2);
    EXPECT_EQ(deactivate(id).value().automation.state, AutomationState::inactive);
    EXPECT_EQ(deactivate(id).value().automation.revision, 3);
    EXPECT_EQ(audited("automation_activated"), 1);
    EXPECT_EQ(audited("automation_deactivated"), 1);
    EXPECT_EQ(activate({"aut_none"}).error().code, Errc::not_found);
}

TEST_F(AutomationStoreTest, AKeyIsExecutedOnce) {
    const auto id = automation();
    const AutomationRequest request{"PATCH", "k", "hash", [](const Automation& a) { return a.name + "!"; },
                                    start + 24h};
    EXPECT_FALSE(edit(id, 1, "two", request).value().replay);
    const auto again = edit(id, 1, "two", request).value();
    EXPECT_EQ(again.replay, "Renamed!");
    EXPECT_EQ(again.automation.id, id);
    EXPECT_EQ(again.automation.revision, 2);
    auto other = request;
    other.request_hash = "other";
    EXPECT_EQ(edit(id, 2, "two", other).error().code, Errc::key_reused);
    EXPECT_EQ(run(automations().replay(workspace, "PATCH", "k", "hash", start)).value(), "Renamed!");
    EXPECT_FALSE(run(automations().replay(workspace, "PATCH", "k2", "hash", start)).value());
}

TEST_F(AutomationStoreTest, RemovalTakesEverythingWithIt) {
    const auto id = automation();
    const auto kept = automation();
    EXPECT_EQ(remove(id).error().code, Errc::conflict);
    registry.active.resize(1);
    const auto first = begin("e-1").number;
    begin("e-2", "c-2");
    ASSERT_TRUE(deactivate(id));
    EXPECT_EQ(remove(id, 1).error().code, Errc::stale);
    ASSERT_TRUE(remove(id, 2));
    EXPECT_EQ(run(automations().get(workspace, id)).error().code, Errc::not_found);
    EXPECT_EQ(run(automations().run(workspace, first)).error().code, Errc::not_found);
    EXPECT_EQ(run(automations().trace(workspace, first)).error().code, Errc::not_found);
    EXPECT_EQ(run(automations().cancel_run(caller(), first, start)).error().code, Errc::not_found);
    EXPECT_EQ(run(runs().run_counts(workspace)).value(), RunCounts{});
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automation_runs WHERE state = 'cancelled'"), 2);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM audit_entries WHERE action = 'automation_deleted' AND "
                          "json_extract(details, '$.cancelled_runs') = 2"),
              1);
    int slices = 0;
    while (run(runs().sweep(2, start)).value()) ASSERT_LT(++slices, 20);
    EXPECT_GT(slices, 2);
    for (const auto* table : {"automation_runs", "run_steps", "automation_histories"})
        EXPECT_EQ(raw_integer(std::string("SELECT count(*) FROM ") + table), 0) << table;
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automations"), 1);
    EXPECT_EQ(automation_of(kept).id, kept);
}

TEST_F(AutomationStoreTest, ARunOfARemovedAutomationIsNotWritten) {
    const auto id = automation();
    const auto begun = begin("e-1");
    ASSERT_TRUE(deactivate(id));
    ASSERT_TRUE(remove(id));
    EXPECT_FALSE(write(ended(begun)));
}

TEST_F(AutomationStoreTest, InUseIsWhatIsActiveOrUnderWay) {
    const auto id = automation();
    automation(on_signup(), AutomationState::draft);
    registry.active.resize(1);
    const auto begun = begin("e-1");
    ASSERT_TRUE(edit(id, 1, "two"));
    ASSERT_TRUE(edit(id, 2, "three"));
    const auto in_use = [&] {
        std::vector<std::pair<std::int64_t, bool>> out;
        for (const auto& each : run(runs().in_use(workspace)).value()) out.emplace_back(each.version, each.active);
        return out;
    };
    using Versions = std::vector<std::pair<std::int64_t, bool>>;
    EXPECT_EQ(in_use(), (Versions{{1, false}, {3, true}}));
    EXPECT_EQ(run(runs().in_use(workspace)).value().at(1).document, "three");
    ASSERT_TRUE(write(ended(begun)));
    EXPECT_EQ(in_use(), (Versions{{3, true}}));
    ASSERT_TRUE(deactivate(id));
    EXPECT_TRUE(in_use().empty());
    EXPECT_TRUE(run(runs().in_use({"elsewhere"})).value().empty());
}

}  // namespace
}  // namespace herald::test
