// Events from the door to the runs that they begin, wake and end.

#include <fmt/format.h>

#include "tests/store/automation_fixture.hpp"

namespace herald::test {
namespace {

using namespace std::chrono_literals;

class ArrivalTest : public AutomationTest {
 public:
    std::string outcome(const std::string& id) {
        auto database = raw();
        return database
            .execAndGet(fmt::format("SELECT arrival || ' ' || contact_id || ' ' || outcome FROM automation_events "
                                    "WHERE id = '{}'",
                                    id))
            .getString();
    }
    static Definition waiting() {
        auto out = on_signup();
        out.program.clear();
        WaitStep wait;
        wait.event = "paid";
        wait.timeout = 24h;
        out.program.push_back({"/steps/0", StepType::wait_for, wait, OnError::stop});
        out.exit.event = "left";
        return out;
    }
    // The run as advance() leaves it at its wait_for.
    StoredRun awaiting(StoredRun run) {
        run.awaiting = "paid";
        run.due_at = run.wake_at = start + 24h;
        EXPECT_TRUE(write({run, {}, {}, true}));
        return get_run(run.number);
    }
};

TEST_F(ArrivalTest, AnIdIsTakenOnce) {
    EXPECT_TRUE(take(event("e-1")));
    EXPECT_FALSE(take(event("e-1", "other")));
    const auto taken =
        run(runs().take(workspace, {event("e-2"), event("e-1"), event("e-2")}, {true, true, true}, start)).value();
    ASSERT_EQ(taken.size(), 3u);
    EXPECT_EQ(taken[0].id, "e-2");
    EXPECT_FALSE(taken[0].duplicate);
    EXPECT_TRUE(taken[1].duplicate);
    EXPECT_TRUE(taken[2].duplicate);
    EXPECT_FALSE(run(runs().take({"elsewhere"}, {event("e-1")}, {true}, start)).value().at(0).duplicate);
}

TEST_F(ArrivalTest, ABatchIsTakenAsOne) {
    std::vector<IncomingEvent> events;
    for (int i = 0; i < 1'000; ++i) events.push_back(event(fmt::format("e-{}", i)));
    EXPECT_EQ(run(runs().take(workspace, events, std::vector<bool>(1'000, true), start)).value().size(), 1'000u);
    const auto pending = run(runs().arrivals(workspace, 0, 3)).value();
    ASSERT_EQ(pending.size(), 3u);
    EXPECT_EQ(pending[0].event, events[0]);
    EXPECT_EQ(run(runs().arrivals(workspace, pending[2].number, 1)).value().at(0).event, events[3]);
}

TEST_F(ArrivalTest, WhatDoesNotMatterIsOnlyRememberedByItsId) {
    ASSERT_TRUE(run(runs().take(workspace, {event("e-1")}, {false}, start)));
    EXPECT_TRUE(run(runs().arrivals(workspace, 0, 10)).value().empty());
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automation_events WHERE ref = '' AND metadata = '' AND name = ''"), 1);
    EXPECT_FALSE(take(event("e-1")));
}

TEST_F(ArrivalTest, WhatNobodyCanRepeatNorLooksAtIsNotStored) {
    const auto take_one = [&](IncomingEvent one, bool matters) {
        one.unrepeatable = true;
        EXPECT_FALSE(run(runs().take(workspace, {one}, {matters}, start)).value().at(0).duplicate);
        return raw_integer("SELECT count(*) FROM automation_events");
    };
    EXPECT_EQ(take_one(event("evt_1"), false), 0);
    EXPECT_EQ(take_one(event("evt_2"), true), 1);
    auto tracked = event("evt_3");
    tracked.track = true;
    EXPECT_EQ(take_one(tracked, false), 2);
}

TEST_F(ArrivalTest, AnEventSaysWhatBecameOfIt) {
    const auto shown = [&](const std::string& id) { return run(automations().event(workspace, id)); };
    const auto id = automation();
    auto once = on_signup();
    once.entry.rule = EntryRule::once;
    const auto other = automation(once);
    auto first = event("e/1");
    first.track = true;
    ASSERT_TRUE(take(first, start + 1s));
    EXPECT_TRUE(run(runs().known(workspace, "e/1")).value());
    EXPECT_FALSE(run(runs().known({"elsewhere"}, "e/1")).value());
    EXPECT_TRUE(shown("e/1").value().pending);
    EXPECT_EQ(shown("e/1").value().report, EventRecord::Report::queued);
    ASSERT_EQ(arrive().begun, 2);
    const auto report = run(runs().reports(workspace, 1, start + 1h)).value().at(0).number;
    ASSERT_TRUE(run(runs().settle_reports({{report, true, {}, "contact_not_found"}})));
    const auto done = shown("e/1").value();
    EXPECT_EQ(done.name, "signup");
    EXPECT_EQ(done.at, start);
    EXPECT_EQ(done.taken_at, start + 1s);
    EXPECT_FALSE(done.pending);
    EXPECT_EQ(done.runs, (std::vector{number_id("run", 1), number_id("run", 2)}));
    EXPECT_EQ(done.report, EventRecord::Report::failed);
    EXPECT_EQ(done.report_reason, "contact_not_found");

    begin("e-2");
    const auto kept_out = shown("e-2").value();
    EXPECT_EQ(kept_out.runs.size(), 1u);
    ASSERT_EQ(kept_out.not_entered.size(), 1u);
    EXPECT_EQ(kept_out.not_entered[0].automation, other);
    EXPECT_FALSE(kept_out.not_entered[0].because.empty());

    ASSERT_TRUE(take(event("e-3", "signup", "stranger")));
    auto arrivals = run(runs().arrivals(workspace, 0, 1)).value();
    ASSERT_TRUE(run(runs().arrive(workspace, {{arrivals[0].number, arrivals[0].event, {}, {}}},
                                  std::make_shared<const Registry>(registry), start)));
    EXPECT_EQ(shown("e-3").value().reason, "no such contact");
    auto told = event("e-4");
    told.tracked = true;
    ASSERT_TRUE(run(runs().take(workspace, {told}, {false}, start)));
    EXPECT_EQ(shown("e-4").value().reason, "no automation looks at it");
    EXPECT_EQ(shown("e-4").value().report, EventRecord::Report::tracked);
    EXPECT_EQ(shown("e-5").error().code, Errc::not_found);
    EXPECT_EQ(run(automations().event({"elsewhere"}, "e-3")).error().code, Errc::not_found);
}

TEST_F(ArrivalTest, AnEventBeginsARun) {
    const auto id = automation();
    const auto begun = begin("e-1");
    EXPECT_EQ(begun.automation, id);
    EXPECT_EQ(begun.version, 1);
    EXPECT_EQ(begun.workspace, workspace);
    EXPECT_EQ(begun.ref, (ContactRef{ContactRef::Kind::external_id, "c-1"}));
    EXPECT_EQ(begun.contact.value, "id-c-1");
    EXPECT_EQ(begun.event_id, "e-1");
    EXPECT_EQ(begun.event_name, "signup");
    EXPECT_EQ(begun.event_metadata, event("e-1").metadata);
    EXPECT_EQ(begun.depth, 1);
    EXPECT_EQ(begun.state, RunState::active);
    EXPECT_EQ(begun.fence, 0);
    EXPECT_EQ(trace(begun.number).at(0).outcome, StepOutcome::entered);
    EXPECT_EQ(outcome("e-1"), R"(done id-c-1 {"runs":[")" + number_id("run", begun.number) + R"("]})");
    EXPECT_EQ(automation_of(id).runs[RunState::active], 1);
    expect_run_counts_are_rows();
}

TEST_F(ArrivalTest, AnArrivalIsDoneOnce) {
    automation();
    ASSERT_TRUE(take(event("e-1")));
    const auto pending = run(runs().arrivals(workspace, 0, 10)).value().at(0);
    const std::vector<Arrival> twice(2, Arrival{pending.number, pending.event, contact(), {}});
    const auto arrive_again = [&] {
        return run(runs().arrive(workspace, twice, std::make_shared<const Registry>(registry), start)).value().begun;
    };
    EXPECT_EQ(arrive_again(), 1);
    restart();
    EXPECT_EQ(arrive_again(), 0);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automation_runs"), 1);
}

TEST_F(ArrivalTest, WhatWasPendingArrivesAfterACrash) {
    automation();
    ASSERT_TRUE(take(event("e-1")));
    restart();
    EXPECT_EQ(arrive().begun, 1);
    EXPECT_EQ(arrive().begun, 0);
}

TEST_F(ArrivalTest, AFailureInBetweenLeavesTheEventPending) {
    automation();
    ASSERT_TRUE(take(event("e-1")));
    ASSERT_TRUE(take(event("e-2", "signup", "c-2")));
    raw().exec(
        "CREATE TRIGGER broken BEFORE INSERT ON automation_runs WHEN new.event_id = 'e-2' "
        "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END");
    std::vector<Arrival> arrivals;
    for (auto& each : run(runs().arrivals(workspace, 0, 10)).value())
        arrivals.push_back({each.number, each.event, contact(each.event.contact.value), {}});
    EXPECT_EQ(run(runs().arrive(workspace, arrivals, std::make_shared<const Registry>(registry), start)).error().code,
              Errc::store_unavailable);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automation_runs"), 0);
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automation_histories"), 0);
    raw().exec("DROP TRIGGER broken");
    EXPECT_EQ(arrive().begun, 2);
    expect_run_counts_are_rows();
}

TEST_F(ArrivalTest, WhoDoesNotExistStartsNothing) {
    automation();
    ASSERT_TRUE(take(event("e-1")));
    const auto pending = run(runs().arrivals(workspace, 0, 10)).value().at(0);
    const auto arrived = run(runs().arrive(workspace, {{pending.number, pending.event, {}, {}}},
                                           std::make_shared<const Registry>(registry), start));
    EXPECT_EQ(arrived.value().begun, 0);
    EXPECT_EQ(arrived.value().unknown, 1);
    EXPECT_EQ(outcome("e-1"), R"(done  {"reason":"no such contact"})");
    ASSERT_TRUE(take(event("e-2")));
    EXPECT_EQ(arrive().unknown, 0);
}

TEST_F(ArrivalTest, WhoDoesNotEnterIsToldWhy) {
    auto once = on_signup();
    once.entry.rule = EntryRule::once;
    const auto id = automation(once);
    begin("e-1");
    ASSERT_TRUE(take(event("e-2")));
    EXPECT_EQ(arrive().begun, 0);
    EXPECT_EQ(outcome("e-2"), R"(done id-c-1 {"not_entered":[{"automation":")" + id.value +
                                  R"(","because":"the contact entered before, and may once"}]})");
    begin("e-3", "c-2");
}

TEST_F(ArrivalTest, ADeactivatedAutomationBeginsNothing) {
    const auto id = automation();
    ASSERT_TRUE(deactivate(id));
    ASSERT_TRUE(take(event("e-1")));
    EXPECT_EQ(arrive().begun, 0);
    EXPECT_EQ(outcome("e-1"), "done id-c-1 ");
}

TEST_F(ArrivalTest, TheLastValueOfAContactDecidesAboutTheNext) {
    auto crossing = on_signup();
    crossing.trigger = {TriggerType::health_score, CrossingTrigger{"health_score", 40, Direction::below}};
    automation(crossing);
    const auto score = [&](const std::string& id, const std::string& person, double value) {
        auto e = event(id, "score", person);
        e.metadata = {{"health_score", value}};
        EXPECT_TRUE(take(e));
        return arrive().begun;
    };
    EXPECT_EQ(score("e-1", "c-1", 30), 0);  // the first one ever crosses nothing
    EXPECT_EQ(score("e-2", "c-1", 50.5), 0);
    EXPECT_EQ(score("e-3", "c-2", 39), 0);
    EXPECT_EQ(score("e-4", "c-1", 39), 1);
    EXPECT_EQ(score("e-5", "c-1", 20), 0);
    restart();
    EXPECT_EQ(score("e-6", "c-1", 41), 0);
    EXPECT_EQ(score("e-7", "c-1", 1), 1);
}

TEST_F(ArrivalTest, OccurrencesAreCountedAcrossEvents) {
    auto often = on_signup();
    often.trigger = {TriggerType::behavior_based, BehaviorTrigger{"signup", 3, 1h}};
    automation(often);
    for (int i = 1; i <= 6; ++i) {
        auto e = event(fmt::format("e-{}", i));
        e.at = start + i * 1min;
        ASSERT_TRUE(take(e));
        EXPECT_EQ(arrive().begun, i % 3 == 0 ? 1 : 0) << i;
        restart();
    }
}

TEST_F(ArrivalTest, ARunIsWokenByWhatItWaitsFor) {
    automation(waiting());
    const auto waits = awaiting(begin("e-1"));
    ASSERT_TRUE(take(event("e-2", "paid", "c-2")));
    EXPECT_EQ(arrive().noticed, 0);
    ASSERT_TRUE(take(event("e-3", "paid")));
    EXPECT_EQ(arrive(start + 1s).noticed, 1);
    const auto woken = get_run(waits.number);
    EXPECT_LE(woken.wake_at, start + 1s);
    EXPECT_TRUE(woken.awaiting.empty());
    EXPECT_EQ(woken.fence, waits.fence + 1);
    EXPECT_EQ(trace(waits.number).back().outcome, StepOutcome::arrived);
    EXPECT_FALSE(write(ended(waits)));  // with what was read before
    EXPECT_TRUE(write(ended(woken)));
    ASSERT_TRUE(take(event("e-4", "paid")));
    EXPECT_EQ(arrive(start + 2s).noticed, 0);
}

TEST_F(ArrivalTest, ARunOfAnInactiveAutomationNoticesToo) {
    const auto id = automation(waiting());
    const auto waits = awaiting(begin("e-1"));
    ASSERT_TRUE(deactivate(id));
    ASSERT_TRUE(take(event("e-2", "left")));
    EXPECT_EQ(arrive().noticed, 1);
    EXPECT_FALSE(get_run(waits.number).leaving.empty());
}

TEST_F(ArrivalTest, WhatIsOnTheWireLeavesAfterwards) {
    automation(waiting());
    auto sending = begin("e-1");
    sending.intended = true;
    ASSERT_TRUE(write({sending, {}, {}, true}));
    ++sending.fence;
    ASSERT_TRUE(take(event("e-2", "left")));
    EXPECT_EQ(arrive().noticed, 1);
    EXPECT_EQ(get_run(sending.number).fence, sending.fence);
    sending.intended = false;
    EXPECT_TRUE(write({sending, {}, {}, false}));  // its executor read the run before the event came
    EXPECT_FALSE(get_run(sending.number).leaving.empty());
}

TEST_F(ArrivalTest, ARunDoesNotNoticeTheEventThatBeganIt) {
    auto definition = waiting();
    definition.exit.event = "signup";
    automation(definition);
    EXPECT_TRUE(begin("e-1").leaving.empty());
}

TEST_F(ArrivalTest, ReportsAreMadeUntilTheyAreSettled) {
    auto tracked = event("e-1");
    tracked.track = true;
    ASSERT_TRUE(run(runs().take(workspace, {tracked, event("e-2")}, {false, true}, start)));
    const auto reports = [&](WallTime now) { return run(runs().reports(workspace, 10, now)).value(); };
    auto due = reports(start);
    ASSERT_EQ(due.size(), 1u);
    EXPECT_EQ(due[0].event, tracked);
    EXPECT_EQ(due[0].attempts, 0);
    ASSERT_TRUE(run(runs().settle_reports({{due[0].number, false, start + 1min, {}}})));
    EXPECT_TRUE(reports(start + 59s).empty());
    EXPECT_EQ(reports(start + 1min).at(0).attempts, 1);
    restart();
    ASSERT_TRUE(run(runs().settle_reports({{due[0].number, true, {}, "refused"}})));
    EXPECT_TRUE(reports(start + 1h).empty());
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automation_events WHERE report = 'failed' AND report_reason = "
                          "'refused' AND report_attempts = 2"),
              1);
}

TEST_F(ArrivalTest, OldEventsGoInSlicesAndWhatIsPendingStays) {
    std::vector<IncomingEvent> events;
    for (int i = 0; i < 50; ++i) events.push_back(event(fmt::format("e-{}", i)));
    events[7].track = true;
    auto matters = std::vector<bool>(50, false);
    matters[3] = true;
    ASSERT_TRUE(run(runs().take(workspace, events, matters, start)));
    ASSERT_TRUE(take(event("fresh"), start + 24h * 7));
    EXPECT_FALSE(run(runs().sweep(20, start + 24h * 7)).value());
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automation_events"), 51);
    const auto later = start + 24h * 7 + 1s;
    EXPECT_TRUE(run(runs().sweep(20, later)).value());
    EXPECT_TRUE(run(runs().sweep(20, later)).value());
    EXPECT_FALSE(run(runs().sweep(20, later)).value());
    EXPECT_EQ(raw_integer("SELECT count(*) FROM automation_events"), 3);
    EXPECT_TRUE(take(event("e-1"), later));
}

}  // namespace
}  // namespace herald::test
