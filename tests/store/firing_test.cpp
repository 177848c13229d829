// Time-based automations: firings, who counts, waits and enters.

#include <fmt/format.h>

#include "tests/store/automation_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class FiringTest : public AutomationTest {
 public:
    static Definition hourly() {
        auto out = on_signup();
        out.trigger = {TriggerType::time_based, TimeTrigger{WallTime{}, "UTC", {}}};
        return out;
    }
    std::int64_t fire(WallTime now, milliseconds grace = 10min) {
        const auto next = [](const Trigger&, WallTime after) -> std::optional<WallTime> { return after + 1h; };
        return run(runs().fire_due(workspace, shared(), next, grace, now)).value();
    }
    std::vector<Firing> open() { return run(runs().open_firings(workspace, 10)).value(); }
    bool counted(Firing firing, FiringState to, std::int64_t people) {
        firing.state = to;
        firing.people = people;
        return run(runs().counted(std::move(firing), start)).value();
    }
    std::optional<std::int64_t> enter(Firing firing, const std::vector<std::string>& people, bool done = false,
                                      WallTime now = start + 1h) {
        FiringPage page{std::move(firing), {}, done};
        for (const auto& person : people) page.contacts.push_back(contact(person));
        return run(runs().enter(std::move(page), shared(), zones, now)).value();
    }
    std::shared_ptr<const Registry> shared() const { return std::make_shared<const Registry>(registry); }

    NoZones zones;
};

TEST_F(FiringTest, WhatIsDueFiresOnce) {
    const auto id = automation(hourly(), AutomationState::active, start + 1h);
    EXPECT_EQ(fire(start + 59min), 0);
    EXPECT_EQ(fire(start + 61min), 1);
    EXPECT_EQ(fire(start + 61min), 0);
    EXPECT_EQ(run(runs().next_fire(workspace)).value(), start + 121min);
    const auto firings = open();
    ASSERT_EQ(firings.size(), 1u);
    EXPECT_EQ(firings[0].automation, id);
    EXPECT_EQ(firings[0].version, 1);
    EXPECT_EQ(firings[0].at, start + 1h);
    EXPECT_EQ(firings[0].state, FiringState::counting);
    EXPECT_EQ(automation_of(id).last_firing, firings[0]);
    EXPECT_EQ(automation_of(id).next_fire_at, start + 121min);
    EXPECT_EQ(audited("automation_fired"), 1);
    restart();
    EXPECT_EQ(open(), firings);
}

TEST_F(FiringTest, WhatIsTooLateIsMissedAndItsTimesInBetweenWithIt) {
    const auto id = automation(hourly(), AutomationState::active, start + 1h);
    EXPECT_EQ(fire(start + 5h), 1);
    EXPECT_TRUE(open().empty());
    EXPECT_EQ(automation_of(id).last_firing->state, FiringState::missed);
    EXPECT_EQ(automation_of(id).last_firing->reason,
              fmt::format("it was due at {}, more than 10 minutes ago", to_rfc3339(start + 1h)));
    EXPECT_EQ(automation_of(id).next_fire_at, start + 6h);
    EXPECT_EQ(audited("automation_firing_missed"), 1);
    EXPECT_EQ(audited("automation_fired"), 0);
}

TEST_F(FiringTest, AVersionThatTheRegistryDoesNotHoldWaitsForIt) {
    const auto id = automation(hourly(), AutomationState::active, start);
    const auto known = std::exchange(registry.versions, {});
    EXPECT_EQ(fire(start), 0);
    registry.versions = known;
    EXPECT_EQ(fire(start), 1);
    EXPECT_EQ(automation_of(id).last_firing->at, start);
}

TEST_F(FiringTest, PageByPageEverybodyEntersOnce) {
    const auto id = automation(hourly(), AutomationState::active, start);
    ASSERT_EQ(fire(start), 1);
    EXPECT_FALSE(enter(open().at(0), {"a"}));  // it is not loading yet
    ASSERT_TRUE(counted(open().at(0), FiringState::loading, 5));
    EXPECT_FALSE(counted(automation_of(id).last_firing.value(), FiringState::loading, 5));
    auto firing = open().at(0);
    EXPECT_EQ(firing.people, 5);
    firing.source = 1;
    firing.cursor = "more";
    EXPECT_EQ(enter(firing, {"a", "b", "a"}), 2);
    restart();
    firing = open().at(0);
    EXPECT_EQ(firing.source, 1u);
    EXPECT_EQ(firing.cursor, "more");
    EXPECT_EQ(firing.entered, 2);
    EXPECT_EQ(enter(firing, {"b", "c"}, true), 1);  // it was read again, from the beginning of a page
    EXPECT_FALSE(enter(firing, {"d"}));
    const auto last = automation_of(id).last_firing.value();
    EXPECT_EQ(last.state, FiringState::done);
    EXPECT_EQ(last.entered, 3);
    EXPECT_TRUE(open().empty());
    const auto begun = get_run(1);
    EXPECT_EQ(begun.contact.value, "id-a");
    EXPECT_EQ(begun.ref, (ContactRef{ContactRef::Kind::id, "id-a"}));
    EXPECT_TRUE(begun.event_id.empty());
    EXPECT_EQ(begun.started_at, start + 1h);
    expect_run_counts_are_rows();

    EXPECT_EQ(fire(start + 1h), 1);  // the next time, everybody again
    ASSERT_TRUE(counted(open().at(0), FiringState::loading, 1));
    EXPECT_EQ(enter(open().at(0), {"a"}, true, start + 2h), 1);
}

TEST_F(FiringTest, TooManyPeopleWaitForAWord) {
    const auto id = automation(hourly(), AutomationState::active, start);
    ASSERT_EQ(fire(start), 1);
    const auto firing = open().at(0);
    ASSERT_TRUE(counted(firing, FiringState::confirming, 50'000));
    EXPECT_TRUE(open().empty());
    EXPECT_EQ(audited("automation_held"), 1);
    const auto confirm = [&](std::int64_t number) {
        return run(automations().confirm(caller(), id, number, start + 1min, {}));
    };
    EXPECT_EQ(confirm(99).error().code, Errc::not_found);
    EXPECT_EQ(confirm(firing.number).value().automation.last_firing->state, FiringState::loading);
    EXPECT_EQ(confirm(firing.number).error().code, Errc::conflict);
    EXPECT_EQ(open().at(0).people, 50'000);
    EXPECT_EQ(audited("automation_confirmed"), 1);
}

TEST_F(FiringTest, DeactivationDropsWhatHasNotEnded) {
    const auto id = automation(hourly(), AutomationState::active, start);
    ASSERT_EQ(fire(start), 1);
    const auto counting = open().at(0);
    ASSERT_TRUE(deactivate(id));
    EXPECT_EQ(automation_of(id).last_firing->state, FiringState::dropped);
    EXPECT_EQ(automation_of(id).last_firing->reason, "the automation was deactivated");
    EXPECT_FALSE(counted(counting, FiringState::loading, 1));
    ASSERT_TRUE(activate(id, start + 1h));
    EXPECT_TRUE(open().empty());

    ASSERT_EQ(fire(start + 1h), 1);
    ASSERT_TRUE(counted(open().at(0), FiringState::loading, 2));
    const auto loading = open().at(0);
    ASSERT_TRUE(deactivate(id));
    EXPECT_TRUE(open().empty());
    EXPECT_FALSE(enter(loading, {"a"}));
    EXPECT_EQ(automation_of(id).last_firing->state, FiringState::dropped);
    ASSERT_TRUE(activate(id));
    EXPECT_TRUE(open().empty());
    EXPECT_FALSE(enter(loading, {"a"})) << "weeks later, nobody expects it";
}

TEST_F(FiringTest, TheNextTimeDropsWhatStillWaitsForAWord) {
    const auto id = automation(hourly(), AutomationState::active, start);
    ASSERT_EQ(fire(start), 1);
    const auto waiting = open().at(0).number;
    ASSERT_TRUE(counted(open().at(0), FiringState::confirming, 50'000));
    ASSERT_EQ(fire(start + 1h), 1);
    EXPECT_EQ(
        raw_integer(fmt::format("SELECT count(*) FROM automation_firings WHERE number = {} AND state = 'dropped' AND "
                                "reason = 'it was not confirmed before the next time'",
                                waiting)),
        1);
    EXPECT_EQ(run(automations().confirm(caller(), id, waiting, start + 2h, {})).error().code, Errc::conflict);
    ASSERT_TRUE(counted(open().at(0), FiringState::loading, 1));
    ASSERT_EQ(fire(start + 2h), 1);
    EXPECT_EQ(open().size(), 2u) << "one that loads goes on";
}

TEST_F(FiringTest, OneThatGoesByDatesIsRightAllDay) {
    auto renewal = on_signup();
    renewal.trigger = {TriggerType::contract_event, DateTrigger{"renewal", 7, "renews_on", 9h, "UTC"}};
    const auto nine = std::chrono::floor<std::chrono::days>(start) + 9h;
    const auto daily = [](const Trigger& trigger, WallTime after) -> std::optional<WallTime> {
        const auto of_day = std::get<DateTrigger>(trigger.rule).time_of_day;
        const auto today = std::chrono::floor<std::chrono::days>(after) + of_day;
        return today > after ? today : today + 24h;
    };
    const auto fire_at = [&](WallTime now) { return run(runs().fire_due(workspace, shared(), daily, 15min, now)); };
    const auto id = automation(renewal, AutomationState::active, nine);
    EXPECT_EQ(fire_at(nine + 14h).value(), 1);
    EXPECT_EQ(automation_of(id).last_firing->state, FiringState::counting);
    EXPECT_EQ(automation_of(id).next_fire_at, nine + 24h);
    EXPECT_EQ(fire_at(nine + 24h + 15h).value(), 1);
    EXPECT_EQ(automation_of(id).last_firing->state, FiringState::missed) << "the day is over";
}

TEST_F(FiringTest, OldFiringsGoButForTheLast) {
    const auto id = automation(hourly(), AutomationState::active, start);
    for (int hour = 0; hour < 3; ++hour) {
        ASSERT_EQ(fire(start + std::chrono::hours(hour)), 1);
        ASSERT_TRUE(counted(open().at(0), FiringState::refused, 0));
    }
    ASSERT_TRUE(run(runs().sweep(100, start + 24h * 89)));
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automation_firings"), 3);
    ASSERT_TRUE(run(runs().sweep(100, start + 24h * 91)));
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automation_firings"), 1);
    EXPECT_EQ(automation_of(id).last_firing->at, start + 2h);
}

TEST_F(FiringTest, ARefusedAudienceSaysWhy) {
    const auto id = automation(hourly(), AutomationState::active, start);
    ASSERT_EQ(fire(start), 1);
    auto firing = open().at(0);
    firing.reason = "Intercom does not search for it";
    ASSERT_TRUE(counted(firing, FiringState::refused, 0));
    EXPECT_EQ(automation_of(id).last_firing->reason, "Intercom does not search for it");
    EXPECT_TRUE(open().empty());
}

TEST_F(FiringTest, AnAudienceMayBeRefusedWhileItLoads) {
    const auto id = automation(hourly(), AutomationState::active, start);
    ASSERT_EQ(fire(start), 1);
    ASSERT_TRUE(counted(open().at(0), FiringState::loading, 2));
    ASSERT_TRUE(counted(open().at(0), FiringState::refused, 2));
    EXPECT_TRUE(open().empty());
    EXPECT_EQ(automation_of(id).last_firing->state, FiringState::refused);
}

TEST_F(FiringTest, AnOpenFiringKeepsItsVersionInUse) {
    const auto id = automation(hourly(), AutomationState::active, start);
    ASSERT_EQ(fire(start), 1);
    ASSERT_TRUE(edit(id, 1, "two"));
    EXPECT_EQ(run(runs().in_use(workspace)).value().size(), 2u);
    ASSERT_TRUE(counted(open().at(0), FiringState::refused, 0));
    EXPECT_EQ(run(runs().in_use(workspace)).value().size(), 1u);
}

TEST_F(FiringTest, WhoIsBeingLoadedIsErasedAfterwards) {
    automation(hourly(), AutomationState::active, start);
    ASSERT_EQ(fire(start), 1);
    ASSERT_TRUE(counted(open().at(0), FiringState::loading, 2));
    ASSERT_EQ(enter(open().at(0), {"a"}), 1);
    const auto erase = [&] {
        return run(store->people().erase(caller(), {{ContactRef::Kind::id, "id-a"}}, "gone", start + 2h));
    };
    EXPECT_EQ(erase().error().code, Errc::conflict);
    ASSERT_EQ(enter(open().at(0), {"b"}, true), 1);
    EXPECT_EQ(erase().value().runs, 1);
}

TEST_F(FiringTest, ADeletedAutomationBringsNobodyBack) {
    const auto id = automation(hourly(), AutomationState::active, start);
    ASSERT_EQ(fire(start), 1);
    ASSERT_TRUE(counted(open().at(0), FiringState::loading, 2));
    ASSERT_EQ(enter(open().at(0), {"a"}), 1);
    ASSERT_TRUE(deactivate(id));
    ASSERT_TRUE(remove(id));
    const auto erased = run(store->people().erase(caller(), {{ContactRef::Kind::id, "id-a"}}, "gone", start + 2h));
    EXPECT_EQ(erased.value().runs, 1);
}

}  // namespace
}  // namespace herald::test
