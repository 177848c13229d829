#include "domain/automation/simulate.hpp"

#include <gtest/gtest.h>

#include "adapters/system/time_zones.hpp"
#include "definitions.hpp"

namespace herald::testing {
namespace {

std::vector<std::string> told(const SimulatedRun& run) {
    std::vector<TraceEntry> entries;
    for (const auto& each : run.trace) entries.push_back(each.entry);
    return said(entries);
}

class SimulateTest : public ::testing::Test {
 protected:
    Simulation simulated(std::vector<IncomingEvent> events) {
        return simulate(automation, {contact, values, std::move(events), noon, noon + std::chrono::days(400)}, zones);
    }

    Definition automation = definition(on_event("signed_up"), {});
    Contact contact = ann();
    Values values;
    SystemTimeZones zones;
};

TEST_F(SimulateTest, SaysWhatHappensWhenWithTheTextsAsTheyWouldBeSent) {
    automation.program = {in_app("/steps/0", "Hi {{ name }}, {{ event.plan }}"), delay("/steps/1", 24h),
                          email("/steps/2"), tag("/steps/3")};
    const auto out = simulated({event("signed_up", noon + 1h, {{"plan", "pro"}})});
    ASSERT_EQ(out.runs.size(), 1U);
    const auto& trace = out.runs[0].trace;
    EXPECT_EQ(told(out.runs[0]),
              (std::vector<std::string>{"entered", "/steps/0 send_in_app_notification done", "/steps/1 delay waiting",
                                        "/steps/2 send_email done", "/steps/3 add_tag done", "completed"}));
    EXPECT_EQ(trace[1].text->body, "Hi Ann, pro");
    EXPECT_EQ(trace[1].entry.at, noon + 1h);
    EXPECT_EQ(trace[3].entry.at, noon + 25h);
    EXPECT_EQ(trace[3].text->subject, "Hello");
    EXPECT_FALSE(out.cut);
}

TEST_F(SimulateTest, IsTheSameForTheSameInput) {
    automation.program = {wait_for("/steps/0", "paid", 24h), tag("/steps/1")};
    const std::vector<IncomingEvent> events{event("signed_up"), event("paid", noon + 3h),
                                            event("signed_up", noon + 4h)};
    const auto once = simulated(events);
    const auto again = simulated(events);
    ASSERT_EQ(once.runs.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(once.runs[i].run, again.runs[i].run);
        EXPECT_EQ(once.runs[i].trace, again.runs[i].trace);
    }
    EXPECT_EQ(told(once.runs[0])[2], "/steps/0 wait_for arrived");
    EXPECT_EQ(told(once.runs[1])[2], "/steps/0 wait_for timed_out");
}

TEST_F(SimulateTest, WhatHappenedBeforeTheStartKeepsItsTime) {
    automation.trigger = {TriggerType::behavior_based, BehaviorTrigger{"login", 2, 10min}};
    automation.program = {tag("/steps/0")};
    const auto out = simulated({event("login", noon - 1h), event("login", noon - 30min), event("login", noon + 1min)});
    EXPECT_TRUE(out.runs.empty());
    EXPECT_EQ(out.not_entered.size(), 3U);
}

TEST_F(SimulateTest, AWaitDoesNotMissWhatComesAtTheMomentItBegins) {
    automation.program = {wait_for("/steps/0", "paid", 24h), tag("/steps/1")};
    const auto out = simulated({event("signed_up"), event("paid")});
    EXPECT_EQ(told(out.runs.at(0))[2], "/steps/0 wait_for arrived");
}

TEST_F(SimulateTest, SaysWhyNobodyEntered) {
    automation.program = {tag("/steps/0")};
    automation.entry.rule = EntryRule::once;
    const auto out = simulated({event("signed_up"), event("signed_up", noon + 1h), event("visited", noon + 2h)});
    EXPECT_EQ(out.runs.size(), 1U);
    EXPECT_EQ(out.not_entered,
              (std::vector<NotEntered>{{noon + 1h, "signed_up", "the contact entered before, and may once"}}));
}

TEST_F(SimulateTest, AChangeOfTheContactIsSeenByWhatFollows) {
    ContactChange change;
    change.custom_attributes = {{"tier", "starter"}};
    automation.program = {step("/steps/0", StepType::update_contact, UpdateStep{change}),
                          step("/steps/1", StepType::branch,
                               BranchStep{Filter::where("tier", FilterOp::eq, {std::string("starter")}), 3}),
                          tag("/steps/1/then/0")};
    const auto out = simulated({event("signed_up")});
    EXPECT_EQ(told(out.runs.at(0))[2], "/steps/1 branch matched");
}

TEST_F(SimulateTest, AnAutomationThatTriggersItselfComesToAnEnd) {
    automation.program = {step("/steps/0", StepType::track_event, TrackStep{"signed_up", {}})};
    const auto out = simulated({event("signed_up")});
    EXPECT_EQ(out.runs.size(), static_cast<std::size_t>(deepest_event) + 1);
    ASSERT_EQ(out.not_entered.size(), 1U);
    EXPECT_EQ(out.not_entered[0].because, "the event came through more than 5 automations");
}

TEST_F(SimulateTest, AHealthScoreThatAStepWritesMayCrossItsThreshold) {
    ContactChange change;
    change.custom_attributes = {{"health_score", std::int64_t{20}}};
    automation.trigger = {TriggerType::health_score, CrossingTrigger{"health_score", 40, Direction::below}};
    automation.program = {step("/steps/0", StepType::update_health_score, UpdateStep{change})};
    values["health_score"] = 80;
    const auto out = simulated({event("scored", noon, {{"health_score", std::int64_t{30}}})});
    EXPECT_EQ(out.runs.size(), 1U);  // 80 -> 30 crosses; 30 -> 20 does not
    ASSERT_EQ(out.not_entered.size(), 1U);
    EXPECT_EQ(out.not_entered[0].because, "health_score was below 40 already");
}

TEST_F(SimulateTest, AScheduleFiresUntilTheSimulationEnds) {
    automation.trigger = {TriggerType::time_based, TimeTrigger{*parse_cron("0 9 * * mon"), "Europe/Berlin", {}}};
    automation.program = {tag("/steps/0")};
    const auto out = simulate(automation, {contact, {}, {}, noon, noon + std::chrono::days(21)}, zones);
    ASSERT_EQ(out.runs.size(), 3U);
    EXPECT_EQ(to_rfc3339(out.runs[0].trace[0].entry.at), "2026-12-07T08:00:00.000Z");
    EXPECT_TRUE(out.cut);
}

TEST_F(SimulateTest, IsCutAtItsBounds) {
    automation.trigger = {TriggerType::time_based, TimeTrigger{*parse_cron("* * * * *"), "Etc/UTC", {}}};
    automation.program = {tag("/steps/0")};
    const auto out = simulated({});
    EXPECT_TRUE(out.cut);
    EXPECT_EQ(out.runs.size(), most_simulated_runs);
}

TEST_F(SimulateTest, AMissingVariableFailsTheStep) {
    automation.program = {in_app("/steps/0", "Hi {{ nickname }}")};
    const auto out = simulated({event("signed_up")});
    EXPECT_EQ(out.runs.at(0).run.state, RunState::failed);
    EXPECT_EQ(out.runs.at(0).trace.back().entry.because, "no value for: nickname");
}

}  // namespace
}  // namespace herald::testing
