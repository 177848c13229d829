#include "domain/automation/admission.hpp"

#include <gtest/gtest.h>

#include "adapters/system/time_zones.hpp"
#include "definitions.hpp"
#include "domain/filter/evaluate.hpp"

namespace herald::testing {
namespace {

class AdmissionTest : public ::testing::Test {
 protected:
    Admission admitted(const Definition& automation, const IncomingEvent& event, WallTime now) {
        auto facts = facts_of(contact);
        add_event_facts(facts, event.name, event.metadata);
        return admit(automation, event, facts, values, history, now);
    }
    Admission admitted(const Definition& automation, const IncomingEvent& event) {
        return admitted(automation, event, event.at);
    }
    Admission scored(const Definition& automation, const Scalar& score) {
        const auto out = admitted(automation, event("scored", noon, {{"health_score", score}}));
        for (const auto& [metric, value] :
             values_in(event("scored", noon, {{"health_score", score}}), {"health_score"}))
            values[metric] = value;
        return out;
    }

    Contact contact = ann();
    Values values;
    History history;
};

Trigger health(double threshold, Direction direction) {
    return {TriggerType::health_score, CrossingTrigger{"health_score", threshold, direction}};
}

TEST_F(AdmissionTest, AnEventEntersWhenItsNameIsTheTriggers) {
    const auto automation = definition(on_event("signed_up"), {tag("/steps/0")});
    EXPECT_TRUE(admitted(automation, event("signed_up")).enters);
    const auto other = admitted(automation, event("signed_out"));
    EXPECT_FALSE(other.enters);
    EXPECT_EQ(other.because, "");  // it does not concern it
}

TEST_F(AdmissionTest, TheFilterLooksAtTheContactAndTheEvent) {
    const auto wanted = Filter::all({Filter::where("tier", FilterOp::eq, {std::string("enterprise")}),
                                     Filter::where("event.metadata.plan", FilterOp::eq, {std::string("pro")})});
    const auto automation = definition(on_event("signed_up", wanted), {tag("/steps/0")});
    EXPECT_TRUE(admitted(automation, event("signed_up", noon, {{"plan", "pro"}})).enters);
    const auto refused = admitted(automation, event("signed_up", noon, {{"plan", "free"}}));
    EXPECT_FALSE(refused.enters);
    EXPECT_NE(refused.because.find("event.metadata.plan"), std::string::npos) << refused.because;
    contact.attributes["tier"] = "starter";
    EXPECT_FALSE(admitted(automation, event("signed_up", noon, {{"plan", "pro"}})).enters);
}

TEST_F(AdmissionTest, OnceIsOnce) {
    auto automation = definition(on_event("signed_up"), {tag("/steps/0")});
    automation.entry.rule = EntryRule::once;
    EXPECT_TRUE(admitted(automation, event("signed_up")).enters);
    const auto again = admitted(automation, event("signed_up", noon + 48h));
    EXPECT_FALSE(again.enters);
    EXPECT_EQ(again.because, "the contact entered before, and may once");
}

TEST_F(AdmissionTest, ACooldownEndsExactlyThen) {
    auto automation = definition(on_event("visited"), {tag("/steps/0")});
    automation.entry = {EntryRule::cooldown, 1h};
    EXPECT_TRUE(admitted(automation, event("visited")).enters);
    EXPECT_FALSE(admitted(automation, event("visited", noon + 1h - 1ms)).enters);
    EXPECT_TRUE(admitted(automation, event("visited", noon + 1h)).enters);
}

TEST_F(AdmissionTest, AHealthScoreFiresOnCrossingNotOnBeing) {
    const auto automation = definition(health(40, Direction::below), {tag("/steps/0")});
    EXPECT_FALSE(scored(automation, std::int64_t{30}).enters);  // never seen before
    EXPECT_FALSE(scored(automation, std::int64_t{20}).enters);  // below already
    EXPECT_FALSE(scored(automation, std::int64_t{40}).enters);  // at the threshold is not below
    EXPECT_TRUE(scored(automation, 39.9).enters);
    EXPECT_FALSE(scored(automation, std::int64_t{10}).enters);
    EXPECT_FALSE(scored(automation, std::int64_t{90}).enters);
    EXPECT_TRUE(scored(automation, std::string("39")).enters);  // contacts' attributes come as texts
}

TEST_F(AdmissionTest, UsageCrossesUpwards) {
    const auto automation =
        definition({TriggerType::usage_pattern, CrossingTrigger{"logins", 10, Direction::above}}, {tag("/steps/0")});
    values["logins"] = 10;
    auto write = event("", noon, {{"logins", std::int64_t{11}}});
    write.kind = IncomingEvent::Kind::write;
    EXPECT_TRUE(admitted(automation, write).enters);
    values["logins"] = 11;
    EXPECT_FALSE(admitted(automation, write).enters);
}

TEST_F(AdmissionTest, WritesOfContactsAreNoEvents) {
    auto write = event("signed_up");
    write.kind = IncomingEvent::Kind::write;
    EXPECT_FALSE(concerns(on_event("signed_up"), write));
    auto report = event("signed_up", noon, {{"health_score", std::int64_t{1}}});
    report.kind = IncomingEvent::Kind::report;
    EXPECT_FALSE(concerns(on_event("signed_up"), report));
    EXPECT_FALSE(concerns(health(40, Direction::below), report));
}

TEST_F(AdmissionTest, BehaviorCountsWithinItsWindowAndThenAnew) {
    const auto automation =
        definition({TriggerType::behavior_based, BehaviorTrigger{"login", 3, 10min}}, {tag("/steps/0")});
    EXPECT_FALSE(admitted(automation, event("login", noon)).enters);
    EXPECT_FALSE(admitted(automation, event("login", noon + 5min)).enters);
    EXPECT_FALSE(admitted(automation, event("login", noon + 10min + 1ms)).enters);  // the first is outside now
    EXPECT_TRUE(admitted(automation, event("login", noon + 15min)).enters);
    EXPECT_FALSE(admitted(automation, event("login", noon + 15min)).enters);
    EXPECT_EQ(history.occurrences.size(), 1U);
}

TEST_F(AdmissionTest, BehaviorTakesEventsThatComeOutOfOrder) {
    const auto automation =
        definition({TriggerType::behavior_based, BehaviorTrigger{"login", 2, 10min}}, {tag("/steps/0")});
    EXPECT_FALSE(admitted(automation, event("login", noon + 9min), noon + 9min).enters);
    EXPECT_TRUE(admitted(automation, event("login", noon), noon + 9min).enters);
}

TEST_F(AdmissionTest, AnEventFromTheFutureDoesNotEmptyTheWindow) {
    const auto automation =
        definition({TriggerType::behavior_based, BehaviorTrigger{"login", 3, 10min}}, {tag("/steps/0")});
    EXPECT_FALSE(admitted(automation, event("login", noon), noon).enters);
    EXPECT_FALSE(admitted(automation, event("login", noon + std::chrono::days(9'000)), noon + 1min).enters);
    EXPECT_TRUE(admitted(automation, event("login", noon + 2min), noon + 2min).enters);
}

TEST_F(AdmissionTest, AMilestoneIsOnceAContactWhateverTheEntryRuleSays) {
    const auto automation = definition({TriggerType::milestone, MilestoneTrigger{"first_report"}}, {tag("/steps/0")});
    EXPECT_FALSE(admitted(automation, event("milestone", noon, {{"milestone_name", "other"}})).enters);
    EXPECT_TRUE(admitted(automation, event("milestone", noon, {{"milestone_name", "first_report"}})).enters);
    EXPECT_FALSE(admitted(automation, event("milestone", noon, {{"name", "first_report"}})).enters);
}

TEST_F(AdmissionTest, AContractEventHasItsOwnNameOrStandsInMetadata) {
    const auto automation = definition({TriggerType::contract_event, ContractTrigger{"renewed"}}, {tag("/steps/0")});
    EXPECT_TRUE(admitted(automation, event("renewed")).enters);
    EXPECT_TRUE(admitted(automation, event("contract_event", noon, {{"event_type", "renewed"}})).enters);
    EXPECT_FALSE(admitted(automation, event("contract_event", noon, {{"event_type", "signed"}})).enters);
}

TEST_F(AdmissionTest, WhatCameThroughTooManyAutomationsStartsNothing) {
    const auto automation = definition(on_event("ping"), {tag("/steps/0")});
    auto deep = event("ping");
    deep.depth = deepest_event;
    EXPECT_TRUE(admitted(automation, deep).enters);
    ++deep.depth;
    EXPECT_FALSE(admitted(automation, deep).enters);
}

class DatesTest : public AdmissionTest {
 protected:
    DatesTest() {
        automation =
            definition({TriggerType::contract_event, DateTrigger{"renewal", 30, "renewal_at", 9h, "Europe/Berlin"}},
                       {tag("/steps/0")});
    }
    // On the day that is 30 days before the date, at nine.
    Admission on(WallTime date, WallTime at) {
        contact.attributes["renewal_at"] = std::to_string(std::chrono::floor<seconds>(date).time_since_epoch().count());
        return admit_at(automation, at, facts_of(contact), zones, history, at);
    }

    Definition automation;
    SystemTimeZones zones;
    WallTime nine{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1} + 8h};        // in Berlin
    WallTime midnight{std::chrono::sys_days{std::chrono::year{2026} / 12 / 30} + 23h};  // the 31st in Berlin
};

TEST_F(DatesTest, TheDayIsThatOfTheZone) {
    EXPECT_TRUE(on(midnight, nine).enters);
    history = {};
    EXPECT_FALSE(on(midnight - 1s, nine).enters);
    EXPECT_FALSE(on(midnight + 24h, nine).enters);
    EXPECT_TRUE(on(midnight + 24h - 1s, nine).enters);
}

TEST_F(DatesTest, ADateFiresOnceAndAnotherDateAgain) {
    EXPECT_TRUE(on(midnight, nine).enters);
    EXPECT_EQ(on(midnight, nine).because, "it has fired for this date");
    EXPECT_TRUE(on(midnight + 24h * 365, nine + 24h * 365).enters);
}

TEST_F(DatesTest, OnceMeansOnceForEachDate) {
    automation.entry.rule = EntryRule::once;
    EXPECT_TRUE(on(midnight, nine).enters);
    EXPECT_FALSE(on(midnight, nine).enters);
    EXPECT_TRUE(on(midnight + 24h * 365, nine + 24h * 365).enters);
}

TEST_F(DatesTest, MidnightInUtcIsADayWithoutATimeEverywhere) {
    automation.trigger.rule = DateTrigger{"renewal", 30, "renewal_at", 9h, "America/New_York"};
    const WallTime new_year_eve{std::chrono::sys_days{std::chrono::year{2026} / 12 / 31}};
    EXPECT_TRUE(on(new_year_eve, nine + 6h).enters);
}

TEST_F(DatesTest, WithoutADateNobodyEnters) {
    contact.attributes.erase("renewal_at");
    EXPECT_EQ(admit_at(automation, nine, facts_of(contact), zones, history, nine).because, "renewal_at holds no date");
}

}  // namespace
}  // namespace herald::testing
