#include "domain/automation/engine.hpp"

#include <gtest/gtest.h>

#include "adapters/system/time_zones.hpp"
#include "definitions.hpp"
#include "domain/filter/evaluate.hpp"

namespace herald::testing {
namespace {

using Said = std::vector<std::string>;

class EngineTest : public ::testing::Test {
 protected:
    AutomationRun begin(WallTime now = noon) {
        const auto trigger = event("signed_up", noon);
        return begin_run(automation, &trigger, now, "the event signed_up came", trace);
    }
    const Step* next(AutomationRun& run, WallTime now) {
        return advance(automation, run, facts_of(contact), zones, now, trace);
    }
    void done(AutomationRun& run, WallTime now) { settled(automation, run, {StepOutcome::done, {}}, now, trace); }

    Definition automation = definition(on_event("signed_up"), {});
    Contact contact = ann();
    SystemTimeZones zones;
    std::vector<TraceEntry> trace;
};

TEST_F(EngineTest, StepsComeInOrderAndTheRunEndsBehindTheLast) {
    automation.program = {in_app("/steps/0"), tag("/steps/1")};
    auto run = begin();
    EXPECT_EQ(next(run, noon)->path, "/steps/0");
    done(run, noon + 200ms);
    EXPECT_EQ(next(run, noon + 200ms)->path, "/steps/1");
    done(run, noon + 400ms);
    EXPECT_EQ(next(run, noon + 400ms), nullptr);
    EXPECT_EQ(run.state, RunState::completed);
    EXPECT_EQ(run.executed, 2);
    EXPECT_EQ(run.succeeded, 2);
    EXPECT_EQ(said(trace),
              (Said{"entered", "/steps/0 send_in_app_notification done", "/steps/1 add_tag done", "completed"}));
    for (const auto& entry : trace) EXPECT_EQ(entry.at, noon);  // its own time, whatever the calls took
}

TEST_F(EngineTest, ADelayCountsFromWhenTheStepBeforeItWasDue) {
    automation.program = {tag("/steps/0"), delay("/steps/1", 1h), tag("/steps/2")};
    auto run = begin();
    next(run, noon);
    done(run, noon + 900ms);
    EXPECT_EQ(next(run, noon + 900ms), nullptr);
    EXPECT_EQ(run.wake_at, noon + 1h);
    EXPECT_EQ(trace.back().until, noon + 1h);
    EXPECT_EQ(next(run, noon + 1h + 50ms)->path, "/steps/2");
    done(run, noon + 1h + 300ms);
    EXPECT_EQ(trace.back().at, noon + 1h);
}

TEST_F(EngineTest, AfterAStepThatCameLongAfterItWasDueTheDelayCountsFromThen) {
    automation.program = {tag("/steps/0"), delay("/steps/1", 1h)};
    auto run = begin();
    next(run, noon + 3h);
    done(run, noon + 3h);
    next(run, noon + 3h);
    EXPECT_EQ(run.wake_at, noon + 4h);
}

TEST_F(EngineTest, TheDriftIsIgnoredUpToAMinute) {
    AutomationRun run;
    run.due_at = noon;
    EXPECT_EQ(own_time(run, noon + drift_ignored), noon);
    EXPECT_EQ(own_time(run, noon + drift_ignored + 1ms), noon + drift_ignored + 1ms);
    EXPECT_EQ(own_time(run, noon - 1s), noon - 1s);  // woken before it was due
}

TEST_F(EngineTest, TheAutomationsOwnDelayComesFirst) {
    automation.program = {tag("/steps/0")};
    automation.delay = 30min;
    const auto run = begin();
    EXPECT_EQ(run.wake_at, noon + 30min);
    EXPECT_EQ(trace.front().until, noon + 30min);
}

TEST_F(EngineTest, AnEventFromLongAgoBeginsItsRunNow) {
    automation.program = {tag("/steps/0")};
    EXPECT_EQ(begin(noon + 2h).due_at, noon + 2h);
    const auto ahead = event("signed_up", noon + 1h);
    EXPECT_EQ(begin_run(automation, &ahead, noon, {}, trace).due_at, noon);
}

TEST_F(EngineTest, ADelayUntilALocalTimeWaitsForTheClocksOfTheZone) {
    automation.program = {step("/steps/0", StepType::delay, DelayStep{LocalTimeDelay{9h, "Europe/Berlin"}})};
    auto run = begin();
    next(run, noon);
    EXPECT_EQ(to_rfc3339(run.wake_at), "2026-12-02T08:00:00.000Z");
}

TEST_F(EngineTest, ADelayUntilADateGoesOnAtOnceWhenThereIsNoneOrItHasPassed) {
    automation.program = {step("/steps/0", StepType::delay, DelayStep{AttributeDelay{"renewal_at", 7}}),
                          tag("/steps/1")};
    auto run = begin();
    EXPECT_EQ(next(run, noon)->path, "/steps/1");
    EXPECT_EQ(trace.back().outcome, StepOutcome::skipped);

    const auto renewal = noon + std::chrono::days(30);
    contact.attributes["renewal_at"] = std::to_string(std::chrono::floor<seconds>(renewal).time_since_epoch().count());
    auto waits = begin();
    EXPECT_EQ(next(waits, noon), nullptr);
    EXPECT_EQ(waits.wake_at, renewal - std::chrono::days(7));
}

TEST_F(EngineTest, ABranchTakesOneArmAndBothMeetBehindIt) {
    automation.program = {step("/steps/0", StepType::branch,
                               BranchStep{Filter::where("tier", FilterOp::eq, {std::string("enterprise")}), 3}),
                          tag("/steps/0/then/0", "big"), step({}, StepType::branch, JumpStep{4}),
                          tag("/steps/0/else/0", "small"), tag("/steps/1", "all")};
    auto run = begin();
    EXPECT_EQ(next(run, noon)->path, "/steps/0/then/0");
    done(run, noon);
    EXPECT_EQ(next(run, noon)->path, "/steps/1");

    contact.attributes["tier"] = "starter";
    auto other = begin();
    trace.clear();
    EXPECT_EQ(next(other, noon)->path, "/steps/0/else/0");
    EXPECT_EQ(said(trace), (Said{"/steps/0 branch not_matched"}));
    EXPECT_NE(trace.front().because.find("tier"), std::string::npos);
    EXPECT_EQ(trace.front().because.find("starter"), std::string::npos);  // never what the person has
    done(other, noon);
    EXPECT_EQ(next(other, noon)->path, "/steps/1");
}

TEST_F(EngineTest, AWaitEndsWithTheEventItWaitsFor) {
    automation.program = {wait_for("/steps/0", "paid", 24h), tag("/steps/1")};
    auto run = begin();
    EXPECT_EQ(next(run, noon), nullptr);
    EXPECT_EQ(run.awaiting, "paid");
    EXPECT_EQ(next(run, noon + 1h), nullptr);  // woken for nothing: it waits on
    EXPECT_FALSE(notice(automation, run, event("visited", noon + 1h), {}, noon + 1h, trace));
    EXPECT_TRUE(notice(automation, run, event("paid", noon + 2h), {}, noon + 2h + 30ms, trace));
    EXPECT_EQ(run.wake_at, noon + 2h);
    EXPECT_EQ(next(run, noon + 2h + 40ms)->path, "/steps/1");
    EXPECT_EQ(said(trace), (Said{"entered", "/steps/0 wait_for waiting", "/steps/0 wait_for arrived"}));
}

TEST_F(EngineTest, AWaitTimesOutAndGoesOnOrLeaves) {
    for (const bool leaves : {false, true}) {
        automation.program = {wait_for("/steps/0", "paid", 24h, leaves), tag("/steps/1")};
        auto run = begin();
        next(run, noon);
        const auto* step = next(run, noon + 24h);
        EXPECT_EQ(step == nullptr, leaves);
        EXPECT_EQ(run.state, leaves ? RunState::exited : RunState::active);
        EXPECT_TRUE(run.awaiting.empty());
    }
}

TEST_F(EngineTest, TheFilterOfAWaitMustMatchTheEvent) {
    automation.program = {
        step("/steps/0", StepType::wait_for,
             WaitStep{"paid", Filter::where("event.metadata.amount", FilterOp::gte, {std::int64_t{100}}), 24h, false})};
    auto run = begin();
    next(run, noon);
    auto little = event("paid", noon, {{"amount", std::int64_t{5}}});
    Scalars facts;
    add_event_facts(facts, little.name, little.metadata);
    EXPECT_FALSE(notice(automation, run, little, facts, noon, trace));
    auto enough = event("paid", noon, {{"amount", std::int64_t{100}}});
    facts.clear();
    add_event_facts(facts, enough.name, enough.metadata);
    EXPECT_TRUE(notice(automation, run, enough, facts, noon, trace));
}

TEST_F(EngineTest, ExitCriteriaAreLookedAtBeforeEveryStep) {
    automation.program = {tag("/steps/0"), tag("/steps/1")};
    automation.exit.filter = Filter::where("tier", FilterOp::eq, {std::string("churned")});
    auto run = begin();
    EXPECT_NE(next(run, noon), nullptr);
    done(run, noon);
    contact.attributes["tier"] = "churned";
    EXPECT_EQ(next(run, noon), nullptr);
    EXPECT_EQ(run.state, RunState::exited);
    EXPECT_EQ(run.succeeded, 1);
}

TEST_F(EngineTest, AnExitEventEndsARunThatWaitsBeforeItsNextStep) {
    automation.program = {delay("/steps/0", 24h), tag("/steps/1")};
    automation.exit.event = "cancelled";
    auto run = begin();
    next(run, noon);
    EXPECT_TRUE(notice(automation, run, event("cancelled", noon + 1h), {}, noon + 1h, trace));
    EXPECT_EQ(run.wake_at, noon + 1h);
    EXPECT_EQ(next(run, noon + 1h), nullptr);
    EXPECT_EQ(run.state, RunState::exited);
    EXPECT_EQ(run.reason, "the event cancelled came");
}

TEST_F(EngineTest, AnExitEventLeavesAStepThatIsOnTheWireToEnd) {
    automation.program = {in_app("/steps/0"), tag("/steps/1")};
    automation.exit.event = "cancelled";
    auto run = begin();
    next(run, noon);
    run.intended = true;
    const auto before = run;
    EXPECT_TRUE(notice(automation, run, event("cancelled", noon + 1s), {}, noon + 1s, trace));
    auto expected = before;
    expected.leaving = run.leaving;
    EXPECT_EQ(run, expected);
    done(run, noon + 2s);
    EXPECT_EQ(next(run, noon + 2s), nullptr);
    EXPECT_EQ(run.state, RunState::exited);
}

TEST_F(EngineTest, WhoHasUnsubscribedLeavesEmailStepsAtOnceAndKeepsTheOthers) {
    contact.unsubscribed_from_emails = true;
    EXPECT_EQ(not_for(email("/steps/0"), contact), "unsubscribed");
    EXPECT_EQ(not_for(in_app("/steps/0"), contact), std::nullopt);
    EXPECT_EQ(not_for(tag("/steps/0"), contact), std::nullopt);
}

TEST_F(EngineTest, LatenessIsWhatThePolicySays) {
    struct Case {
        LatePolicy policy;
        milliseconds late;
        const char* path;  // of the step that is executed; empty: none
        RunState state;
    };
    for (const auto& each : {Case{LatePolicy::carry_on, 5h, "/steps/0", RunState::active},
                             Case{LatePolicy::skip_step, 1h, "/steps/0", RunState::active},
                             Case{LatePolicy::skip_step, 1h + 1ms, "/steps/1", RunState::active},
                             Case{LatePolicy::exit, 1h, "/steps/0", RunState::active},
                             Case{LatePolicy::exit, 1h + 1ms, "", RunState::exited}}) {
        automation.program = {in_app("/steps/0"), tag("/steps/1")};
        automation.late = {each.policy, 1h};
        auto run = begin();
        const auto* step = next(run, noon + each.late);
        EXPECT_EQ(step == nullptr ? "" : step->path, each.path) << name(each.policy);
        EXPECT_EQ(run.state, each.state);
    }
}

TEST_F(EngineTest, AStepThatWasTriedIsNotLate) {
    automation.program = {in_app("/steps/0")};
    automation.late = {LatePolicy::exit, 1h};
    auto run = begin();
    next(run, noon);
    settled(automation, run, {StepOutcome::retried, "not_executed", {}, {}, 1s, true}, noon, trace);
    EXPECT_NE(next(run, noon + 2h), nullptr);
}

TEST_F(EngineTest, AnOutageDoesNotHideThatAStepIsLate) {
    automation.program = {in_app("/steps/0")};
    automation.late = {LatePolicy::exit, 1h};
    auto run = begin();
    next(run, noon);
    settled(automation, run, {StepOutcome::retried, "upstream_unavailable", {}, {}, 1s, false}, noon, trace);
    EXPECT_EQ(next(run, noon + 2h), nullptr);
    EXPECT_EQ(run.state, RunState::exited);
}

TEST_F(EngineTest, RefusalsThatCostNothingDoNotUseUpThoseOfTheCredential) {
    AutomationRun run;
    run.refusals = 100;
    const Error error{Errc::credential, {}};
    const StepRetries retries{.waits = usual_waits};
    EXPECT_EQ(result_of(error, run, retries, noon, 0).outcome, StepOutcome::retried);
    run.tries = 7;
    EXPECT_EQ(result_of(error, run, retries, noon, 0).outcome, StepOutcome::failed);
}

TEST_F(EngineTest, AReceiverThatKeepsAskingForPatienceIsGivenUp) {
    AutomationRun run;
    const StepRetries retries{.repeatable = true, .throttling_counts = true, .waits = webhook_waits};
    Error error{Errc::rate_limited, {}};
    error.retry_after = 10min;
    EXPECT_EQ(result_of(error, run, retries, noon, 0).again_in, 10min);
    EXPECT_TRUE(result_of(error, run, retries, noon, 0).charged);
    run.tries = static_cast<std::int64_t>(webhook_waits.size());
    EXPECT_EQ(result_of(error, run, retries, noon, 0).outcome, StepOutcome::failed);
}

TEST_F(EngineTest, FiltersMayAskAboutTheValuesThatBeganARun) {
    automation.program = {
        step("/steps/0", StepType::branch,
             BranchStep{Filter::where("event.metadata.health_score", FilterOp::lt, {std::int64_t{20}}), 2}),
        tag("/steps/0/then/0")};
    auto write = event("", noon, {{"health_score", std::int64_t{10}}});
    write.kind = IncomingEvent::Kind::write;
    auto run = begin_run(automation, &write, noon, {}, trace);
    EXPECT_NE(advance(automation, run, facts_for(run, contact), zones, noon, trace), nullptr);
}

TEST_F(EngineTest, AFailureStopsTheRunOrNot) {
    for (const auto outcome : {StepOutcome::failed, StepOutcome::unknown}) {
        automation.program = {tag("/steps/0", "a", OnError::stop), tag("/steps/1")};
        auto stops = begin();
        next(stops, noon);
        settled(automation, stops, {outcome, "refused"}, noon, trace);
        EXPECT_EQ(stops.state, RunState::failed);
        EXPECT_EQ(stops.reason, "/steps/0 " + std::string(name(outcome)));
        EXPECT_EQ(stops.executed, 1);
        EXPECT_EQ(stops.succeeded, 0);

        automation.program.front().on_error = OnError::carry_on;
        auto goes_on = begin();
        next(goes_on, noon);
        settled(automation, goes_on, {outcome, "refused"}, noon, trace);
        EXPECT_EQ(next(goes_on, noon)->path, "/steps/1");
    }
}

TEST_F(EngineTest, AnAttemptThatIsRepeatedKeepsItsStepAndItsTime) {
    automation.program = {tag("/steps/0")};
    auto run = begin();
    next(run, noon);
    run.intended = true;
    settled(automation, run, {StepOutcome::retried, "not_executed", {}, {}, 4s, true}, noon + 1s, trace);
    EXPECT_EQ(run.wake_at, noon + 5s);
    EXPECT_EQ(run.due_at, noon);
    EXPECT_EQ(run.tries, 1);
    EXPECT_FALSE(run.intended);
    EXPECT_EQ(next(run, noon + 5s)->path, "/steps/0");
    done(run, noon + 5s);
    EXPECT_EQ(trace.back().at, noon);
    EXPECT_EQ(run.tries, 0);
}

TEST_F(EngineTest, WhatCostsNoAttemptLeavesOneLineHoweverOftenItRepeats) {
    automation.program = {tag("/steps/0")};
    auto run = begin();
    next(run, noon);
    for (int i = 0; i < 50; ++i)
        settled(automation, run, {StepOutcome::retried, "rate_limited", {}, {}, 1s, false}, noon, trace);
    EXPECT_EQ(trace.size(), 2U);
    EXPECT_EQ(run.refusals, 50);
}

TEST_F(EngineTest, EveryErrorMeansSomething) {
    struct Case {
        Errc code;
        bool repeatable;
        StepOutcome outcome;
        bool charged;
    };
    AutomationRun run;
    run.due_at = noon;
    for (const auto& each : {Case{Errc::unsubscribed, false, StepOutcome::skipped, false},
                             Case{Errc::content_rejected, true, StepOutcome::failed, false},
                             Case{Errc::not_executed, false, StepOutcome::retried, true},
                             Case{Errc::outcome_unknown, false, StepOutcome::unknown, false},
                             Case{Errc::outcome_unknown, true, StepOutcome::retried, true},
                             Case{Errc::rate_limited, false, StepOutcome::retried, false},
                             Case{Errc::upstream_unavailable, false, StepOutcome::retried, false},
                             Case{Errc::credential, false, StepOutcome::retried, true},
                             Case{Errc::contact_not_found, false, StepOutcome::retried, false}}) {
        const auto result =
            result_of(Error{each.code, "d"}, run, {.repeatable = each.repeatable, .waits = usual_waits}, noon, 0);
        EXPECT_EQ(result.outcome, each.outcome) << name(each.code);
        EXPECT_EQ(result.charged, each.charged) << name(each.code);
        if (result.outcome == StepOutcome::retried) EXPECT_GE(result.again_in, 1s) << name(each.code);
    }
}

TEST_F(EngineTest, ThreeRetriesAfterOneTwoAndFourSecondsAndThenItHasFailed) {
    AutomationRun run;
    const Error error{Errc::not_executed, "no connection"};
    for (const auto wait : {1s, 2s, 4s}) {
        const auto result = result_of(error, run, {.repeatable = false, .waits = usual_waits}, noon, 0);
        EXPECT_EQ(result.outcome, StepOutcome::retried);
        EXPECT_EQ(result.again_in, wait);
        ++run.tries;
    }
    EXPECT_EQ(result_of(error, run, {.repeatable = false, .waits = usual_waits}, noon, 0).outcome, StepOutcome::failed);
}

TEST_F(EngineTest, AContactThatIsNotThereYetIsWaitedForTwoMinutes) {
    AutomationRun run;
    run.due_at = noon;
    const Error error{Errc::contact_not_found, {}};
    const StepRetries retries{.repeatable = false, .waits = usual_waits};
    EXPECT_EQ(result_of(error, run, retries, noon + 119s, 0).outcome, StepOutcome::retried);
    EXPECT_EQ(result_of(error, run, retries, noon + 120s, 0).outcome, StepOutcome::failed);
}

TEST_F(EngineTest, WhatAStepEmitsHasTheSameIdInEveryAttempt) {
    AutomationRun run;
    run.number = 5;
    run.position = 2;
    run.depth = 1;
    run.contact = ann().id;
    const auto tracked = step("/steps/2", StepType::track_event, TrackStep{"welcomed", {}});
    const auto emitted = emitted_by(tracked, run, noon);
    ASSERT_TRUE(emitted);
    EXPECT_EQ(emitted->id, number_id("run", 5) + ".2");
    EXPECT_EQ(emitted->depth, 1);
    EXPECT_FALSE(emitted->track);  // the step itself tells Intercom
    EXPECT_FALSE(emitted_by(tag("/steps/0"), run, noon));

    const auto reported = reported_by(automation, in_app("/steps/0"), run, noon);
    ASSERT_TRUE(reported);
    EXPECT_EQ(reported->name, "automation_triggered");
    EXPECT_TRUE(reported->track);
    EXPECT_EQ(reported->metadata.at("workflow_name"), Scalar("Onboarding"));
    EXPECT_FALSE(reported_by(automation, email("/steps/0"), run, noon));
}

TEST_F(EngineTest, TextsSayWhatTheEventTheAutomationAndTheContactKnow) {
    automation.variables = {{"product", "Acme"}, {"name", "friend"}};
    const auto trigger = event("signed_up", noon, {{"plan", "pro"}, {"seats", std::int64_t{3}}});
    const auto run = begin_run(automation, &trigger, noon, {}, trace);
    const auto variables = texts_of(automation, run, contact);
    EXPECT_EQ(variables.at("event.plan"), "pro");
    EXPECT_EQ(variables.at("event.seats"), "3");
    EXPECT_EQ(variables.at("event.metadata.plan"), "pro");
    EXPECT_EQ(variables.at("event.name"), "signed_up");
    EXPECT_EQ(variables.at("product"), "Acme");
    EXPECT_EQ(variables.at("name"), "friend");
    EXPECT_EQ(variables.at("tier"), "enterprise");
}

TEST_F(EngineTest, AVariableThatCanNeverHaveAValueIsRefused) {
    EXPECT_FALSE(variable_refused(on_event("x"), {}, "event.plan"));
    EXPECT_FALSE(variable_refused(on_event("x"), {}, "first_name"));
    EXPECT_TRUE(variable_refused(on_event("x"), {}, "contact.name"));
    EXPECT_FALSE(variable_refused(on_event("x"), {{"contact.name", "x"}}, "contact.name"));
    EXPECT_TRUE(variable_refused({TriggerType::time_based, TimeTrigger{}}, {}, "event.plan"));
}

}  // namespace
}  // namespace herald::testing
