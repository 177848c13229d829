#include "api/automation_document.hpp"
#include "tests/api/automation_fixture.hpp"

namespace herald {
namespace {

using namespace test;
using namespace std::chrono_literals;

class CreateAutomationTest : public AutomationTest {};

TEST_F(CreateAutomationTest, AnAutomationIsStoredAndShown) {
    const auto response = automate(tagging());
    ASSERT_EQ(response.status, 201) << response.body;
    const auto& stored = automations.only();
    EXPECT_EQ(header(response, "Location"), "/v1/automations/" + stored.id.value);
    EXPECT_EQ(stored.state, AutomationState::draft);
    EXPECT_EQ(stored.name, "Tag newcomers");
    EXPECT_EQ(stored.trigger_type, "event_based");
    EXPECT_EQ(stored.action_count, 1);
    EXPECT_EQ(engine.changes, 1);
    const auto shown = parsed(response);
    EXPECT_EQ(shown.at("is_active"), false);
    EXPECT_EQ(shown.at("delay_minutes"), 0);
    EXPECT_EQ(shown.at("entry"), json::parse(R"({"rule":"once"})"));
    EXPECT_EQ(shown.at("late"), json::parse(R"({"policy":"continue","after_minutes":60})"));
    EXPECT_FALSE(shown.as_object().contains("exit"));
    EXPECT_EQ(get(automation()).body, response.body);
    EXPECT_EQ(get(automation()).headers.get("ETag"), response.headers.get("ETag"));
}

TEST_F(CreateAutomationTest, IsActiveActivatesAtOnce) {
    auto body = tagging();
    body["is_active"] = true;
    ASSERT_EQ(automate(body).status, 201);
    EXPECT_EQ(automations.only().state, AutomationState::active);
}

TEST_F(CreateAutomationTest, ARepetitionIsAnsweredAsTheFirstTime) {
    const auto first = automate(tagging(), key("k"));
    const auto again = automate(tagging(), key("k"));
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(automations.automations.size(), 1U);
    EXPECT_EQ(engine.changes, 1);
    EXPECT_EQ(code(automate(with_steps(R"([{"type":"exit"}])"), key("k"))), "key_reused");
}

TEST_F(CreateAutomationTest, AllMistakesAreNamedAtOnce) {
    EXPECT_EQ(wrong(json::parse(R"({"trigger":{"type":"event_based","behaviour":1},"steps":[
        {"type":"send_email","body_text":"{{","body_html":"<p>"},{"type":"add_tag","tag":"","colour":"red"},
        {"type":"track_event","event_name":"x","metadata":{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,
         "k":1}},{"type":"create_ticket"},{}],"delay_minutes":-1,"entry":{"rule":"cooldown"},"exit":{},"surprise":1})")),
              (Mistakes{{"/name", "required"},
                        {"/trigger/event", "required"},
                        {"/trigger/behaviour", "unknown_field"},
                        {"/steps/0/subject", "required"},
                        {"/steps/0", "exactly_one_of"},
                        {"/steps/1/tag", "too_short"},
                        {"/steps/1/colour", "unknown_field"},
                        {"/steps/2/metadata", "too_many"},
                        {"/steps/3/type", "invalid_value"},
                        {"/steps/4/type", "required"},
                        {"/delay_minutes", "invalid_value"},
                        {"/entry/cooldown_minutes", "required"},
                        {"/exit", "required"},
                        {"/surprise", "unknown_field"}}));
    EXPECT_TRUE(automations.automations.empty());
    EXPECT_EQ(engine.changes, 0);
}

TEST_F(CreateAutomationTest, WhatIntercomHasNoCallForIsRefusedByName) {
    for (const std::string type : {"create_ticket", "schedule_meeting", "send_sms"}) {
        const auto detail = detail_of(with_steps(R"([{"type":")" + type + R"("}])"));
        EXPECT_TRUE(detail.starts_with(type + " is not supported; there are: ")) << detail;
        EXPECT_TRUE(detail.contains("send_slack_message")) << detail;
    }
    EXPECT_EQ(wrong(with_steps(R"([{"type":"dance"}])")), (Mistakes{{"/steps/0/type", "invalid_value"}}));
    EXPECT_EQ(wrong(with_trigger(R"({"type":"full_moon"})")), (Mistakes{{"/trigger/type", "invalid_value"}}));
    EXPECT_TRUE(detail_of(with_trigger(R"({"type":"full_moon"})")).contains("usage_pattern"));
}

TEST_F(CreateAutomationTest, EveryTriggerNamesWhatItLacks) {
    const auto lacks = [&](std::string_view type) {
        return wrong(with_trigger(std::string(R"({"type":")") + std::string(type) + "\"}"));
    };
    EXPECT_EQ(lacks("time_based"), (Mistakes{{"/trigger/schedule", "required"},
                                             {"/trigger/time_zone", "required"},
                                             {"/trigger/audience", "required"}}));
    EXPECT_EQ(lacks("event_based"), (Mistakes{{"/trigger/event", "required"}}));
    EXPECT_EQ(lacks("behavior_based"), (Mistakes{{"/trigger/behavior", "required"}}));
    EXPECT_EQ(lacks("health_score"),
              (Mistakes{{"/trigger/threshold", "required"}, {"/trigger/direction", "required"}}));
    EXPECT_EQ(lacks("milestone"), (Mistakes{{"/trigger/milestone_name", "required"}}));
    EXPECT_EQ(lacks("contract_event"), (Mistakes{{"/trigger/event_type", "required"}}));
    EXPECT_EQ(lacks("usage_pattern"), (Mistakes{{"/trigger/metric", "required"},
                                                {"/trigger/threshold", "required"},
                                                {"/trigger/direction", "required"}}));
    EXPECT_EQ(lacks("custom"), (Mistakes{{"/trigger/filter", "required"}}));
}

TEST_F(CreateAutomationTest, AMemberOfAnotherTypeIsRefusedByName) {
    EXPECT_EQ(wrong(with_trigger(R"({"type":"milestone","milestone_name":"m","threshold":3,"schedule":"* * * * *"})")),
              (Mistakes{{"/trigger/threshold", "not_allowed"}, {"/trigger/schedule", "not_allowed"}}));
    EXPECT_EQ(detail_of(with_trigger(R"({"type":"milestone","milestone_name":"m","threshold":3})")),
              "milestone has no such member; it is one of health_score, usage_pattern");
    EXPECT_EQ(wrong(with_steps(R"([{"type":"add_tag","tag":"a","subject":"b"}])")),
              (Mistakes{{"/steps/0/subject", "not_allowed"}}));
}

TEST_F(CreateAutomationTest, EveryTriggerIsTaken) {
    for (const auto* trigger :
         {R"({"type":"time_based","schedule":"0 9 * * mon-fri","time_zone":"Europe/Berlin",
             "audience":{"contacts":[{"id":"6762f2391bb69f9f2193bc19"},{"email":"a@x.org"}],"segment_id":"s1"}})",
          R"({"type":"event_based","event":"x"})",
          R"({"type":"behavior_based","behavior":"x","count":100,"within":"7d"})",
          R"({"type":"health_score","threshold":39.5,"direction":"below"})",
          R"({"type":"milestone","milestone_name":"first_invoice"})",
          R"({"type":"contract_event","event_type":"renewal"})",
          R"({"type":"contract_event","event_type":"renewal","days_before":0,"date_attribute":"ends_at"})",
          R"({"type":"usage_pattern","metric":"seats","threshold":10,"direction":"above"})"}) {
        EXPECT_EQ(wrong(with_trigger(trigger)), Mistakes{}) << trigger;
        const auto read = api::read_definition(automations.automations.back().document);
        EXPECT_TRUE(read) << trigger;
    }
}

TEST_F(CreateAutomationTest, NumbersAreShownAsTheyWereWritten) {
    ASSERT_EQ(wrong(with_trigger(R"({"type":"health_score","threshold":40,"direction":"below"})")), Mistakes{});
    EXPECT_TRUE(get(automation()).body.contains(R"("threshold":40,)")) << get(automation()).body;
}

TEST_F(CreateAutomationTest, ABehaviorIsCountedWithinBounds) {
    EXPECT_EQ(wrong(with_trigger(R"({"type":"behavior_based","behavior":"x","count":0})")),
              (Mistakes{{"/trigger/count", "invalid_value"}}));
    EXPECT_EQ(wrong(with_trigger(R"({"type":"behavior_based","behavior":"x","count":101,"within":"7 days"})")),
              (Mistakes{{"/trigger/count", "invalid_value"}, {"/trigger/within", "invalid_value"}}));
    EXPECT_EQ(wrong(with_trigger(R"({"type":"behavior_based","behavior":"x","within":"730d"})")), Mistakes{});
    EXPECT_EQ(wrong(with_trigger(R"({"type":"behavior_based","behavior":"x","within":"731d"})")),
              (Mistakes{{"/trigger/within", "invalid_value"}}));
}

TEST_F(CreateAutomationTest, ADurationThatIsTooLongIsToldFromNone) {
    const auto said_of = [&](const std::string& duration) {
        return detail_of(with_steps(R"([{"type":"delay","duration":")" + duration + R"("}])"));
    };
    for (const auto* longer : {"731d", "3651d", "4000d", "99999999999999d"})
        EXPECT_EQ(said_of(longer), "is longer than two years") << longer;
    for (const auto* none : {"0d", "soon", "4000w", "-4000d"})
        EXPECT_EQ(said_of(none), "is not a duration such as 45s, 30m, 12h or 7d") << none;
}

TEST_F(CreateAutomationTest, ADateOfTheContactNeedsItsAttribute) {
    EXPECT_EQ(wrong(with_trigger(R"({"type":"contract_event","event_type":"renewal","days_before":30})")),
              (Mistakes{{"/trigger/date_attribute", "required"}}));
    EXPECT_EQ(
        wrong(with_trigger(R"({"type":"contract_event","event_type":"r","days_before":366,"date_attribute":"d"})")),
        (Mistakes{{"/trigger/days_before", "invalid_value"}}));
    EXPECT_EQ(
        wrong(with_trigger(R"({"type":"contract_event","event_type":"r","date_attribute":"d","time_of_day":"9"})")),
        (Mistakes{{"/trigger/date_attribute", "not_allowed"}, {"/trigger/time_of_day", "invalid_value"}}));
    EXPECT_EQ(wrong(with_trigger(R"({"type":"contract_event","event_type":"r","days_before":1,"date_attribute":"d",
        "time_of_day":"24:00","time_zone":"Mars/Olympus"})")),
              (Mistakes{{"/trigger/time_of_day", "invalid_value"}, {"/trigger/time_zone", "invalid_value"}}));
}

class ScheduleOfAutomation : public CreateAutomationTest {
 protected:
    Mistakes wrong_schedule(std::string_view schedule, std::string_view zone = "Europe/Berlin") {
        return wrong(with_trigger(
            fmt::format(R"({{"type":"time_based","schedule":"{}","time_zone":"{}","audience":{{"segment_id":"s"}}}})",
                        schedule, zone)));
    }
    Mistakes refused{{"/trigger/schedule", "invalid_value"}};
};

TEST_F(ScheduleOfAutomation, IsAWrittenTimeOrARule) {
    EXPECT_EQ(wrong_schedule("*/15 8-18 * * mon-fri"), Mistakes{});
    EXPECT_EQ(wrong_schedule("0 0 29 2 *"), Mistakes{});
    EXPECT_EQ(wrong_schedule("0 0 31 2 *"), refused);  // there is no such day
    EXPECT_EQ(wrong_schedule("61 * * * *"), refused);
    EXPECT_EQ(wrong_schedule("tomorrow"), refused);
    EXPECT_EQ(wrong_schedule("0 9 * * *", "Mars/Olympus"), (Mistakes{{"/trigger/time_zone", "invalid_value"}}));
}

TEST_F(ScheduleOfAutomation, LiesInTheFutureAndBefore2037) {
    const auto now = clock.wall_now();
    EXPECT_EQ(wrong_schedule(to_rfc3339(now)), refused);
    EXPECT_EQ(wrong_schedule(to_rfc3339(now + 1ms)), Mistakes{});
    EXPECT_EQ(wrong_schedule("2036-12-31T23:59:59Z"), Mistakes{});
    EXPECT_EQ(wrong_schedule("2037-01-01T00:00:00Z"), refused);
    EXPECT_EQ(wrong_schedule("2037-01-01T01:00:00"), refused);
    EXPECT_EQ(wrong_schedule("2026-13-01T00:00:00Z"), refused);
}

TEST_F(ScheduleOfAutomation, ALocalTimeBecomesAnInstant) {
    ASSERT_EQ(wrong_schedule("2036-06-01T09:00:00"), Mistakes{});
    const auto shown = parsed(get(automation()));
    EXPECT_EQ(shown.at("trigger").at("schedule"), "2036-06-01T07:00:00.000Z");  // two hours east
}

TEST_F(ScheduleOfAutomation, AnActiveOneSaysWhenItFires) {
    auto body = with_trigger(R"({"type":"time_based","schedule":"2036-06-01T09:00:00Z","time_zone":"Europe/Berlin",
        "audience":{"segment_id":"s"}})");
    body["is_active"] = true;
    ASSERT_EQ(automate(body).status, 201);
    EXPECT_EQ(parsed(get(automation())).at("next_fire_at"), "2036-06-01T09:00:00.000Z");
}

TEST_F(CreateAutomationTest, AnAudienceIsBoundedAndAskedFor) {
    const auto audience = [&](const std::string& members) {
        return wrong(with_trigger(
            R"({"type":"time_based","schedule":"@daily","time_zone":"Europe/Berlin","audience":{)" + members + "}}"));
    };
    EXPECT_EQ(audience(""), (Mistakes{{"/trigger/audience", "required"}}));
    EXPECT_EQ(audience(R"("contacts":[])"), (Mistakes{{"/trigger/audience/contacts", "too_few"}}));
    std::string many;
    for (int i = 0; i < 1'000; ++i) many += fmt::format(R"({}{{"external_id":"c{}"}})", i == 0 ? "" : ",", i);
    EXPECT_EQ(audience("\"contacts\":[" + many + "]"), Mistakes{});
    EXPECT_EQ(audience("\"contacts\":[" + many + R"(,{"external_id":"x"}])"),
              (Mistakes{{"/trigger/audience/contacts", "too_many"}}));
    searching.fails = Error{Errc::content_rejected, "no such segment"};
    EXPECT_EQ(audience(R"("segment_id":"s")"), (Mistakes{{"/trigger/audience/segment_id", "not_searchable"}}));
    searching.fails = Error{Errc::not_executed, "no connection"};
    EXPECT_EQ(audience(R"("segment_id":"s")"), Mistakes{});
}

TEST_F(CreateAutomationTest, ADateThatIntercomDoesNotSearchForIsFoundOut) {
    const auto dated = [&](const std::string& attribute) {
        return wrong(with_trigger(fmt::format(
            R"({{"type":"contract_event","event_type":"renewal","days_before":7,"date_attribute":"{}"}})", attribute)));
    };
    EXPECT_EQ(dated("email"), (Mistakes{{"/trigger/date_attribute", "not_searchable"}}));
    EXPECT_TRUE(searching.checked.empty());
    EXPECT_EQ(dated("renews_at"), Mistakes{});
    ASSERT_EQ(searching.checked.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<Filter>(searching.checked[0]));
    searching.fails = Error{Errc::content_rejected, "no attribute renews_at"};
    const auto response = automate(with_trigger(
        R"({"type":"contract_event","event_type":"renewal","days_before":7,"date_attribute":"renews_at"})"));
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(code(response), "audience_refused");
    EXPECT_EQ(mistakes(response), (Mistakes{{"/trigger/date_attribute", "not_searchable"}}));
    searching.fails = Error{Errc::not_executed, "no connection"};
    EXPECT_EQ(dated("renews_at"), Mistakes{});
}

TEST_F(CreateAutomationTest, StepsAreBoundedInNumberAndDepth) {
    const std::string exit = R"({"type":"exit"})";
    const auto steps = [&](int count) {
        std::string out;
        for (int i = 0; i < count; ++i) out += (i == 0 ? "" : ",") + exit;
        return out;
    };
    EXPECT_EQ(wrong(with_steps("[]")), (Mistakes{{"/steps", "too_few"}}));
    EXPECT_EQ(wrong(with_steps("[" + steps(100) + "]")), Mistakes{});
    EXPECT_EQ(wrong(with_steps("[" + steps(101) + "]")), (Mistakes{{"/steps", "too_many"}}));
    const auto branch = [](const std::string& then) {
        return R"({"type":"branch","filter":{"tier":"gold"},"then":[)" + then + "]}";
    };
    EXPECT_EQ(wrong(with_steps("[" + branch(steps(99)) + "]")), Mistakes{});
    EXPECT_EQ(wrong(with_steps("[" + branch(steps(100)) + "]")), (Mistakes{{"/steps", "too_many"}}));
    auto nested = exit;
    for (int i = 0; i < 5; ++i) nested = branch(nested);
    EXPECT_EQ(wrong(with_steps("[" + nested + "]")), Mistakes{});
    EXPECT_EQ(wrong(with_steps("[" + branch(nested) + "]")),
              (Mistakes{{"/steps/0/then/0/then/0/then/0/then/0/then/0/then/0", "too_many"}}));
}

TEST_F(CreateAutomationTest, BranchesBecomeAProgramThatOnlyGoesForward) {
    ASSERT_EQ(wrong(with_steps(R"([{"type":"branch","filter":{"tier":"gold"},
        "then":[{"type":"add_tag","tag":"a"}],"else":[{"type":"remove_tag","tag":"b"}]},{"type":"exit"}])")),
              Mistakes{});
    const auto read = api::read_definition(automations.only().document);
    ASSERT_TRUE(read) << read.error().detail;
    const auto& program = (*read)->program;
    ASSERT_EQ(program.size(), 5U);
    EXPECT_EQ(program[0].path, "/steps/0");
    EXPECT_EQ(std::get<BranchStep>(program[0].rule).otherwise, 3U);
    EXPECT_EQ(program[1].path, "/steps/0/then/0");
    EXPECT_TRUE(std::get<TagStep>(program[1].rule).add);
    EXPECT_EQ(std::get<JumpStep>(program[2].rule).to, 4U);
    EXPECT_EQ(program[3].path, "/steps/0/else/0");
    EXPECT_FALSE(std::get<TagStep>(program[3].rule).add);
    EXPECT_EQ(program[4].path, "/steps/1");
    EXPECT_EQ(automations.only().action_count, 2);
}

TEST_F(CreateAutomationTest, WithoutElseABranchGoesOnBehindItself) {
    ASSERT_EQ(wrong(with_steps(R"([{"type":"branch","filter":{"tier":"gold"},"then":[{"type":"exit"}]}])")),
              Mistakes{});
    const auto read = api::read_definition(automations.only().document);
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<BranchStep>((*read)->program.at(0).rule).otherwise, 2U);
    EXPECT_EQ((*read)->program.size(), 2U);
}

TEST_F(CreateAutomationTest, EveryStepIsReadAsItIsMeant) {
    auto body = with_steps(R"([
        {"type":"send_in_app_notification","body_html":"<p>{{ name }}</p>","sender":{"admin_id":7}},
        {"type":"send_email","subject":"Hi","body_text":"t","style":"personal","on_error":"continue"},
        {"type":"create_task","description":"Call {{ name }}"},{"type":"track_event","event_name":"e","metadata":{"n":null}},
        {"type":"update_contact","phone":"+49","custom_attributes":{"a":3.0}},
        {"type":"update_health_score","health_score":40.5},
        {"type":"trigger_webhook","url":"https://crm.example.com/x","data":{"a":true}},
        {"type":"send_slack_message","webhook_url":"https://hooks.slack.com/services/T/B/X","text":"Hi {{ name }}"},
        {"type":"delay","duration":"2d"},{"type":"delay","until_time":"09:00","time_zone":"Europe/Berlin"},
        {"type":"delay","until_attribute":"ends_at","days_before":-2},
        {"type":"wait_for","event":"login","timeout":"7d","on_timeout":"exit"},{"type":"exit","reason":"enough"}])");
    body["delay_minutes"] = 5;
    body["entry"] = {{"rule", "cooldown"}, {"cooldown_minutes", 60}};
    body["exit"] = {{"event", "closed"}};
    body["late"] = {{"policy", "skip_step"}};
    body["variables"] = {{"product", "Acme"}};
    ASSERT_EQ(wrong(body), Mistakes{});
    const auto read = api::read_definition(automations.only().document);
    ASSERT_TRUE(read) << read.error().detail;
    const auto& d = **read;
    EXPECT_EQ(d.delay, 5min);
    EXPECT_EQ(d.entry, (Entry{EntryRule::cooldown, 60min}));
    EXPECT_EQ(d.exit.event, "closed");
    EXPECT_EQ(d.late.policy, LatePolicy::skip_step);
    EXPECT_EQ(d.late.after, 1h);
    EXPECT_EQ(d.variables, (Variables{{"product", "Acme"}}));
    ASSERT_EQ(d.program.size(), 13U);
    EXPECT_EQ(std::get<MessageStep>(d.program[0].rule).channel, Channel::in_app);
    EXPECT_EQ(std::get<MessageStep>(d.program[0].rule).admin_id, 7);
    EXPECT_EQ(std::get<MessageStep>(d.program[1].rule).style, Style::personal);
    EXPECT_EQ(std::get<MessageStep>(d.program[1].rule).admin_id, std::nullopt);
    EXPECT_EQ(d.program[1].on_error, OnError::carry_on);
    EXPECT_EQ(d.program[0].on_error, OnError::stop);
    EXPECT_EQ(std::get<TrackStep>(d.program[3].rule).metadata, (Scalars{{"n", std::monostate{}}}));
    EXPECT_EQ(std::get<UpdateStep>(d.program[4].rule).change.custom_attributes, (Scalars{{"a", std::int64_t{3}}}));
    EXPECT_EQ(std::get<UpdateStep>(d.program[5].rule).change.custom_attributes, (Scalars{{"health_score", 40.5}}));
    EXPECT_EQ(std::get<FixedDelay>(std::get<DelayStep>(d.program[8].rule).until).wait, 48h);
    EXPECT_EQ(std::get<LocalTimeDelay>(std::get<DelayStep>(d.program[9].rule).until).time_of_day, 9h);
    EXPECT_EQ(std::get<AttributeDelay>(std::get<DelayStep>(d.program[10].rule).until).days_before, -2);
    EXPECT_TRUE(std::get<WaitStep>(d.program[11].rule).exit_on_timeout);
    EXPECT_EQ(std::get<ExitStep>(d.program[12].rule).reason, "enough");
}

TEST_F(CreateAutomationTest, ADelayIsOneOfThree) {
    EXPECT_EQ(wrong(with_steps(R"([{"type":"delay"},{"type":"delay","duration":"1h","until_attribute":"a"},
        {"type":"delay","until_time":"09:00"},{"type":"delay","duration":"1h","time_zone":"Europe/Berlin"},
        {"type":"delay","duration":"1h","days_before":1},{"type":"delay","until_time":"9:00","time_zone":"Mars/X"},
        {"type":"delay","duration":"soon"},{"type":"delay","until_attribute":"a","days_before":366},
        {"type":"wait_for","event":"e","timeout":"0d"}])")),
              (Mistakes{{"/steps/0", "exactly_one_of"},
                        {"/steps/1", "exactly_one_of"},
                        {"/steps/2/time_zone", "required"},
                        {"/steps/3/time_zone", "not_allowed"},
                        {"/steps/4/days_before", "not_allowed"},
                        {"/steps/5/until_time", "invalid_value"},
                        {"/steps/5/time_zone", "invalid_value"},
                        {"/steps/6/duration", "invalid_value"},
                        {"/steps/7/days_before", "invalid_value"},
                        {"/steps/8/timeout", "invalid_value"}}));
}

TEST_F(CreateAutomationTest, NobodyIsSubscribedAndAChangeChangesSomething) {
    EXPECT_EQ(wrong(with_steps(R"([{"type":"update_contact"},{"type":"update_contact","unsubscribed_from_emails":false},
        {"type":"update_contact","custom_attributes":{"a.b":1}}])")),
              (Mistakes{{"/steps/0", "required"},
                        {"/steps/1/unsubscribed_from_emails", "not_allowed"},
                        {"/steps/2/custom_attributes/a.b", "invalid_value"}}));
}

TEST_F(CreateAutomationTest, WhatWouldChangeNothingIsRefused) {
    EXPECT_EQ(wrong(with_steps(R"([{"type":"update_contact","custom_attributes":{}},
        {"type":"branch","filter":{"a":"b"},"then":[{"type":"update_contact","custom_attributes":{},"name":null}]}])")),
              (Mistakes{{"/steps/0/custom_attributes", "too_few"}, {"/steps/1/then/0/custom_attributes", "too_few"}}));
    EXPECT_EQ(wrong(with_steps(R"([{"type":"update_contact","custom_attributes":{},"name":"Ann"},
        {"type":"update_contact","custom_attributes":{"a":null}}])")),
              Mistakes{});
}

TEST_F(CreateAutomationTest, ATemplateIsRefusedWhereNoneIsRendered) {
    EXPECT_EQ(wrong(with_steps(R"([{"type":"add_tag","tag":"{{ plan }}"},{"type":"remove_tag","tag":"a{{"},
        {"type":"track_event","event_name":"paid {{ plan }}","metadata":{"a/b":"{{ name }}","c":"{","d":3}},
        {"type":"update_contact","name":"{{ name }}","phone":"{{ p }}","custom_attributes":{"a":"x {{b}}","c":true}},
        {"type":"branch","filter":{"a":"b"},"then":[{"type":"add_tag","tag":"{{ x }}"}]}])")),
              (Mistakes{{"/steps/0/tag", "not_allowed"},
                        {"/steps/1/tag", "not_allowed"},
                        {"/steps/2/event_name", "not_allowed"},
                        {"/steps/2/metadata/a~1b", "not_allowed"},
                        {"/steps/3/name", "not_allowed"},
                        {"/steps/3/phone", "not_allowed"},
                        {"/steps/3/custom_attributes/a", "not_allowed"},
                        {"/steps/4/then/0/tag", "not_allowed"}}));
    EXPECT_EQ(detail_of(with_steps(R"([{"type":"add_tag","tag":"{{ plan }}"}])")),
              "is no template: it is sent as it stands, so it takes no {{ … }}");
    EXPECT_EQ(wrong(with_steps(R"([{"type":"add_tag","tag":"{plan}}"},{"type":"track_event","event_name":"{ {"}])")),
              Mistakes{});
}

TEST_F(CreateAutomationTest, TemplatesAreCompiledAndTheirVariablesMustBePossible) {
    EXPECT_EQ(wrong(with_steps(R"([{"type":"send_email","subject":"{{","body_text":"{{ a b }}"},
        {"type":"create_task","description":"{% if %}"},
        {"type":"send_slack_message","webhook_url":"https://hooks.slack.com/x","text":"{{}}"}])")),
              (Mistakes{{"/steps/0/subject", "template_error"},
                        {"/steps/0/body_text", "template_error"},
                        {"/steps/1/description", "template_error"},
                        {"/steps/2/text", "template_error"}}));
    auto scheduled = with_trigger(
        R"({"type":"time_based","schedule":"@daily","time_zone":"Europe/Berlin","audience":{"segment_id":"s"}})");
    scheduled["steps"] = json::parse(R"([{"type":"create_task","description":"{{ event.plan }}"}])");
    EXPECT_EQ(wrong(scheduled), (Mistakes{{"/steps/0/description", "template_error"}}));
    EXPECT_EQ(wrong(with_steps(R"([{"type":"create_task","description":"{{ event.plan }}"}])")), Mistakes{});
}

TEST_F(CreateAutomationTest, ASenderIsAnAdminAndStoredAsOne) {
    ASSERT_EQ(wrong(with_steps(R"([{"type":"send_in_app_notification","body_text":"a",
        "sender":{"email":"bob@acme.example"}},{"type":"create_task","description":"a","author":{"admin_id":7}}])")),
              Mistakes{});
    const auto shown = parsed(get(automation()));
    EXPECT_EQ(shown.at("steps").at(0).at("sender"), json::parse(R"({"admin_id":7})"));
    const auto response = automate(with_steps(R"([{"type":"send_in_app_notification","body_text":"a",
        "sender":{"email":"eve@acme.example"}},{"type":"create_task","description":"a","author":{"admin_id":8}}])"));
    EXPECT_EQ(code(response), "sender_not_an_admin");
    EXPECT_EQ(mistakes(response), (Mistakes{{"/steps/0/sender/email", "sender_not_an_admin"},
                                            {"/steps/1/author/admin_id", "sender_not_an_admin"}}));
}

TEST_F(CreateAutomationTest, AnAddressNeedsIntercomAndAnIdDoesNot) {
    admins.fails = Error{Errc::not_executed, "no connection"};
    EXPECT_EQ(automate(with_steps(R"([{"type":"create_task","description":"a","author":{"admin_id":8}}])")).status,
              201);
    EXPECT_EQ(automate(with_steps(R"([{"type":"create_task","description":"a","author":{"email":"b@x.org"}}])")).status,
              503);
}

TEST_F(CreateAutomationTest, WithoutADefaultMessagesNameTheirSender) {
    api = make_api({});
    EXPECT_EQ(wrong(with_steps(R"([{"type":"send_in_app_notification","body_text":"a"},
        {"type":"branch","filter":{"a":"b"},"then":[{"type":"create_task","description":"a"}]},
        {"type":"send_email","subject":"a","body_text":"a","sender":{"admin_id":7}}])")),
              (Mistakes{{"/steps/0/sender", "sender_missing"}, {"/steps/1/then/0/author", "sender_missing"}}));
}

TEST_F(CreateAutomationTest, WebhooksGoToPublicAddressesAndAreSigned) {
    EXPECT_EQ(wrong(with_steps(R"([{"type":"trigger_webhook","url":"http://a.example/x"},
        {"type":"send_slack_message","webhook_url":"https://10.0.0.1/x","text":"a"}])")),
              (Mistakes{{"/steps/0/url", "invalid_value"}, {"/steps/1/webhook_url", "invalid_value"}}));
    webhooks.signs = false;
    EXPECT_EQ(wrong(with_steps(R"([{"type":"trigger_webhook","url":"https://a.example/x"}])")),
              (Mistakes{{"/steps/0/type", "not_allowed"}}));
    EXPECT_EQ(wrong(with_steps(R"([{"type":"send_slack_message","webhook_url":"https://a.example/x","text":"a"}])")),
              Mistakes{});
}

TEST_F(CreateAutomationTest, AddressesAreShownMasked) {
    ASSERT_EQ(wrong(with_steps(R"([{"type":"branch","filter":{"a":"b"},"then":[
        {"type":"send_slack_message","webhook_url":"https://hooks.slack.com/services/T/B/X","text":"a"}],
        "else":[{"type":"trigger_webhook","url":"https://a.example/x?token=1"}]}])")),
              Mistakes{});
    for (const auto& answer : {get(automation()), get(automation() + "/versions"), get("/v1/automations")}) {
        EXPECT_EQ(answer.status, 200);
        EXPECT_FALSE(answer.body.contains("services/T/B/X"));
        EXPECT_FALSE(answer.body.contains("token"));
    }
    EXPECT_TRUE(get(automation()).body.contains("https://hooks.slack.com/…"));
    EXPECT_TRUE(automations.only().document.contains("services/T/B/X"));
}

TEST_F(CreateAutomationTest, FiltersSpeakAboutAnEventWhereThereIsOne) {
    auto body = with_trigger(
        R"({"type":"time_based","schedule":"@daily","time_zone":"Europe/Berlin","audience":{"segment_id":"s"}})");
    body["exit"] = json::parse(R"({"filter":{"field":"event.metadata.plan","op":"eq","value":"a"}})");
    body["steps"] = json::parse(R"([{"type":"branch","then":[{"type":"exit"}],
        "filter":{"any":[{"field":"tier","op":"eq","value":"a"},{"field":"event.metadata.plan","op":"eq","value":"a"}]}},
        {"type":"wait_for","event":"e","timeout":"1d","filter":{"field":"event.metadata.plan","op":"eq","value":"a"}}])");
    EXPECT_EQ(wrong(body),
              (Mistakes{{"/exit/filter/field", "not_allowed"}, {"/steps/0/filter/any/1/field", "not_allowed"}}));
    body["trigger"] = json::parse(R"({"type":"event_based","event":"e"})");
    EXPECT_EQ(wrong(body), Mistakes{});
}

TEST_F(CreateAutomationTest, ADocumentThatIsNotUnderstoodIsAnError) {
    EXPECT_FALSE(api::read_definition("no JSON"));
    const auto read = api::read_definition(R"({"name":"a","steps":[]})");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::invalid_argument);
    EXPECT_TRUE(read.error().detail.contains("/trigger")) << read.error().detail;
}

TEST_F(CreateAutomationTest, TheSameThingInAnotherOrderIsTheSameDocument) {
    ASSERT_EQ(automate(json::parse(R"({"steps":[{"tag":"a","type":"add_tag","on_error":null}],
        "trigger":{"event":"e","type":"event_based"},"name":"n"})"))
                  .status,
              201);
    ASSERT_EQ(automate(json::parse(R"({"name":"n","trigger":{"type":"event_based","event":"e"},
        "steps":[{"type":"add_tag","on_error":"stop","tag":"a"}],"delay_minutes":0})"))
                  .status,
              201);
    EXPECT_EQ(automations.automations.at(0).document, automations.automations.at(1).document);
}

TEST_F(CreateAutomationTest, ListsAreFilteredAndGoOn) {
    for (int i = 0; i < 3; ++i) {
        auto body = tagging();
        body["name"] = fmt::format("a{}", i);
        body["is_active"] = i == 1;
        ASSERT_EQ(automate(body).status, 201);
        clock.advance(1s);
    }
    const auto names = [&](const std::string& query) {
        std::string out;
        const auto answer = parsed(get("/v1/automations" + query));
        for (const auto& each : answer.at("data").as_array()) {
            EXPECT_FALSE(each.as_object().contains("steps"));
            out += std::string(each.at("name").as_string()) + " ";
        }
        const auto& next = answer.at("next_cursor");
        return out + (next.is_null() ? "" : std::string(next.as_string()));
    };
    EXPECT_EQ(names(""), "a2 a1 a0 ");
    EXPECT_EQ(names("?order=asc"), "a0 a1 a2 ");
    EXPECT_EQ(names("?state=active"), "a1 ");
    const auto first = names("?limit=2");
    ASSERT_TRUE(first.starts_with("a2 a1 "));
    EXPECT_EQ(names("?limit=2&cursor=" + first.substr(6)), "a0 ");
    EXPECT_EQ(get("/v1/automations?order=asc&cursor=" + first.substr(6)).status, 400);
    EXPECT_EQ(get("/v1/automations?state=asleep").status, 400);
    EXPECT_EQ(get("/v1/automations?limit=101").status, 400);
}

TEST_F(CreateAutomationTest, AStoreInTroubleIsSaid) {
    automations.fails = Error{Errc::store_unavailable, "no"};
    EXPECT_EQ(automate(tagging()).status, 503);
    EXPECT_EQ(engine.changes, 0);
}

}  // namespace
}  // namespace herald
