// What automations hold about a person goes with the rest, and comes back by nobody.

#include <fstream>
#include <iterator>

#include "tests/store/automation_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class AutomationPrivacyTest : public AutomationTest {
 public:
    Result<Erased> erase(const std::string& person) {
        return run(store->people().erase(caller(), {{ContactRef::Kind::external_id, person}}, "gone", start + 1h));
    }
    bool held(const std::string& text) {
        for (const auto& file : std::filesystem::directory_iterator(directory)) {
            std::ifstream in(file.path(), std::ios::binary);
            const std::string all{std::istreambuf_iterator<char>(in), {}};
            if (all.contains(text)) return true;
        }
        return false;
    }

    NoZones zones;
};

TEST_F(AutomationPrivacyTest, RunsTracesEventsAndMemoriesGo) {
    auto crossing = on_signup();
    crossing.trigger = {TriggerType::usage_pattern, CrossingTrigger{"seats", 40, Direction::below}};
    const auto id = automation();
    automation(crossing);
    const auto done = begin("e-1", "annelie");
    ASSERT_TRUE(write(ended(done)));
    const auto waits = begin("e-2", "annelie");
    const auto other = begin("e-3", "bert");
    ASSERT_TRUE(take(event("e-4", "signup", "annelie")));
    EXPECT_TRUE(held("annelie"));
    const auto erased = erase("annelie").value();
    EXPECT_EQ(erased.runs, 2);
    EXPECT_EQ(erased.cancelled, 1);
    EXPECT_EQ(erased.automation_events, 3);
    EXPECT_FALSE(held("annelie"));
    EXPECT_TRUE(held("bert"));
    EXPECT_EQ(get_run(waits.number).state, RunState::cancelled);
    EXPECT_EQ(get_run(waits.number).ref.kind, ContactRef::Kind::erased);
    ASSERT_EQ(trace(waits.number).size(), 2u);
    EXPECT_EQ(trace(waits.number).back().outcome, StepOutcome::cancelled);
    EXPECT_EQ(trace(waits.number).back().path, "");
    EXPECT_EQ(trace(waits.number).back().at, start + 1h);
    EXPECT_EQ(trace(waits.number).back().done_at, start + 1h);
    EXPECT_EQ(trace(done.number).size(), 2u) << "it had ended";
    EXPECT_TRUE(get_run(done.number).event_metadata.empty());
    EXPECT_EQ(get_run(done.number).state, RunState::completed);
    EXPECT_TRUE(trace(done.number).at(1).because.empty());
    EXPECT_TRUE(trace(done.number).at(1).resource_id.empty());
    EXPECT_EQ(get_run(other.number), other);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automation_histories"), 1);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM contact_values"), 1);
    EXPECT_EQ(arrive().begun, 0);
    EXPECT_FALSE(write(ended(waits)));
    EXPECT_FALSE(take(event("e-4", "signup", "annelie")));
    EXPECT_EQ(automation_of(id).runs[RunState::cancelled], 1);
    expect_run_counts_are_rows();
}

TEST_F(AutomationPrivacyTest, ARunLeadsToTheOtherNames) {
    automation();
    begin("e-1", "annelie");
    ASSERT_TRUE(run(runs().sweep(100, start + 24h * 30)));
    raw().exec("DELETE FROM automation_events");
    const auto claimed = [&] {
        auto c = draft("cmp_1");
        Recipient recipient;
        recipient.ref = {ContactRef::Kind::id, "id-annelie"};
        return run(campaigns().create(caller(), std::move(c), {recipient}, true, "hash", {}));
    }();
    ASSERT_TRUE(claimed);
    EXPECT_EQ(erase("annelie").value().deliveries, 1);
    EXPECT_FALSE(held("annelie"));
}

TEST_F(AutomationPrivacyTest, AStepOnTheWireIsWaitedFor) {
    automation();
    auto sending = begin("e-1", "annelie");
    sending.intended = true;
    ASSERT_TRUE(write({sending, {}, {}, true}));
    const auto refused = erase("annelie");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_TRUE(refused.error().retry_after);
    EXPECT_EQ(get_run(sending.number).ref.value, "annelie");
    sending = get_run(sending.number);
    sending.intended = false;
    ASSERT_TRUE(write({sending, {}, {}, false}));
    EXPECT_EQ(erase("annelie").value().runs, 1);
}

TEST_F(AutomationPrivacyTest, AQueuedReportIsNotMade) {
    auto tracked = event("e-1", "signup", "annelie");
    tracked.track = true;
    ASSERT_TRUE(run(runs().take(workspace, {tracked}, {false}, start)));
    EXPECT_EQ(erase("annelie").value().automation_events, 1);
    EXPECT_TRUE(run(runs().reports(workspace, 10, start + 2h)).value().empty());
    EXPECT_FALSE(held("annelie"));
}

class NamedPeopleTest : public AutomationPrivacyTest {
 public:
    static std::string audience(const std::string& says) {
        return R"({"name":"News","trigger":{"type":"time_based","audience":{)" + says + R"(},"schedule":"0 9 * * *"}})";
    }
    // Active, with that document; the answer of its creation is kept under the key "k".
    AutomationId named(const std::string& document, const std::string& id = "aut_named") {
        Automation a;
        a.id = {id};
        a.name = "News";
        a.state = AutomationState::active;
        a.document = document;
        a.created_at = start;
        a.next_fire_at = start;
        const auto render = [](const Automation& stored) { return stored.document; };
        EXPECT_TRUE(run(automations().create(caller(), a, {"create", id, "hash", render, start + 24h})));
        auto definition = on_signup();
        definition.trigger = {TriggerType::time_based, TimeTrigger{WallTime{}, "UTC", {}}};
        registry.versions[{a.id, 1}] = std::make_shared<const Definition>(std::move(definition));
        return a.id;
    }
    std::string kept(const std::string& key) {
        return run(automations().replay(workspace, "create", key, "hash", start)).value().value();
    }
    void fire() {
        const auto never = [](const Trigger&, WallTime) -> std::optional<WallTime> { return {}; };
        EXPECT_EQ(
            run(runs().fire_due(workspace, std::make_shared<const Registry>(registry), never, 10min, start)).value(),
            1);
    }
};

TEST_F(NamedPeopleTest, AnErasedPersonDoesNotComeBackByTheAudience) {
    const auto id = named(audience(R"("contacts":[{"external_id":"annelie"},{"email":"bert@x.org"}])"));
    ASSERT_TRUE(edit(id, 1, audience(R"("contacts":[{"external_id":"annelie"}])")));
    const auto before = automation_of(id).revision;
    EXPECT_TRUE(held("annelie"));
    const auto erased = erase("annelie").value();
    EXPECT_EQ(erased.automations, 1);
    EXPECT_EQ(erased.answers, 1);
    EXPECT_EQ(automation_of(id).document, audience(R"("contacts":[])"));
    EXPECT_EQ(run(automations().versions(workspace, id, 2, 1)).value().at(0).document,
              audience(R"("contacts":[{"email":"bert@x.org"}])"));
    EXPECT_EQ(kept("aut_named"), "gone");
    EXPECT_FALSE(held("annelie"));
    EXPECT_EQ(edit(id, before, "whoever read it before").error().code, Errc::stale);
    EXPECT_EQ(erase("annelie").value(), Erased{});
}

TEST_F(NamedPeopleTest, EveryNameOfThePersonIsLookedFor) {
    const auto id = named(audience(R"("contacts":[{"id":"id-annelie"},{"email":"Ann@X.org"},{"id":"id-bert"}])"));
    ASSERT_TRUE(run(store->people().erase(
        caller(), {{ContactRef::Kind::id, "id-annelie"}, {ContactRef::Kind::email, "ann@x.org"}}, "gone", start)));
    EXPECT_EQ(automation_of(id).document, audience(R"("contacts":[{"id":"id-bert"}])"));
}

TEST_F(NamedPeopleTest, AnotherSourceIsEnoughOfAnAudience) {
    const auto id = named(audience(R"("contacts":[{"external_id":"annelie"}],"segment_id":"s")"));
    ASSERT_TRUE(erase("annelie"));
    EXPECT_EQ(automation_of(id).document, audience(R"("segment_id":"s")"));
}

TEST_F(NamedPeopleTest, AnAudienceThatIsLookedAtIsWaitedFor) {
    const auto id = named(audience(R"("contacts":[{"external_id":"annelie"}])"));
    fire();
    EXPECT_EQ(erase("annelie").error().code, Errc::conflict);
    auto firing = run(runs().open_firings(workspace, 1)).value().at(0);
    firing.state = FiringState::loading;
    ASSERT_TRUE(run(runs().counted(firing, start)).value());
    EXPECT_EQ(erase("annelie").error().code, Errc::conflict);
    EXPECT_TRUE(automation_of(id).document.contains("annelie"));
    ASSERT_TRUE(run(runs().enter({firing, {}, true}, std::make_shared<const Registry>(registry), zones, start)));
    EXPECT_EQ(erase("annelie").value().automations, 1);
}

TEST_F(NamedPeopleTest, WhatWasAnsweredAboutADeletedAutomationGoesToo) {
    const auto id = named(audience(R"("contacts":[{"external_id":"annelie"}])"));
    named(audience(R"("contacts":[{"external_id":"bert"}])"), "aut_other");
    ASSERT_TRUE(deactivate(id));
    ASSERT_TRUE(remove(id));
    ASSERT_TRUE(run(runs().sweep(100, start + 1h)));
    EXPECT_TRUE(held("annelie"));
    EXPECT_EQ(erase("annelie").value().answers, 1);
    EXPECT_EQ(kept("aut_named"), "gone");
    EXPECT_NE(kept("aut_other"), "gone");
    EXPECT_FALSE(held("annelie"));
}

}  // namespace
}  // namespace herald::test
