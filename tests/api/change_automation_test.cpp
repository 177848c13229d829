// Activation, edits, versions, confirmation and deletion.

#include "tests/api/automation_fixture.hpp"

namespace herald {
namespace {

using namespace test;
using namespace std::chrono_literals;

class ChangeAutomationTest : public AutomationTest {
 protected:
    void given(const json::object& body) { ASSERT_EQ(automate(body).status, 201); }
    void given_scheduled(std::string_view schedule) {
        given(with_trigger(fmt::format(
            R"({{"type":"time_based","schedule":"{}","time_zone":"Europe/Berlin","audience":{{"segment_id":"s"}}}})",
            schedule)));
    }
};

TEST_F(ChangeAutomationTest, ActivationAndBack) {
    given(tagging());
    const auto active = post("activate");
    ASSERT_EQ(active.status, 200) << active.body;
    EXPECT_EQ(parsed(active).at("state"), "active");
    EXPECT_EQ(parsed(active).at("is_active"), true);
    const auto inactive = post("deactivate", "{}");
    ASSERT_EQ(inactive.status, 200);
    EXPECT_EQ(parsed(inactive).at("state"), "inactive");
    EXPECT_NE(header(active, "ETag"), header(inactive, "ETag"));
    EXPECT_EQ(engine.changes, 3);
    EXPECT_EQ(post("activate", R"({"now":true})").status, 422);
    EXPECT_EQ(send("POST", "/v1/automations/aut_1/activate").status, 404);
}

TEST_F(ChangeAutomationTest, AnActivationIsRepeatedUnderItsKey) {
    given(tagging());
    const auto first = post("activate", {}, key("k"));
    ASSERT_EQ(post("deactivate").status, 200);
    const auto again = post("activate", {}, key("k"));
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(automations.only().state, AutomationState::inactive);
}

TEST_F(ChangeAutomationTest, AScheduleFiresFromItsActivationOn) {
    given_scheduled("2036-06-01T09:00:00Z");
    EXPECT_FALSE(parsed(get(automation())).as_object().contains("next_fire_at"));
    EXPECT_EQ(parsed(post("activate")).at("next_fire_at"), "2036-06-01T09:00:00.000Z");
    EXPECT_FALSE(parsed(post("deactivate")).as_object().contains("next_fire_at"));
}

TEST_F(ChangeAutomationTest, AScheduleThatHasPassedIsNotActivated) {
    given_scheduled(to_rfc3339(clock.wall_now() + 1h));
    ASSERT_EQ(post("activate").status, 200);
    clock.advance(1h);
    EXPECT_EQ(post("activate").status, 200) << "it is active already";
    ASSERT_EQ(post("deactivate").status, 200);
    const auto response = post("activate");
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(code(response), "state_conflict");
}

TEST_F(ChangeAutomationTest, AnEditMakesAVersionWhenItSaysSomethingElse) {
    given(tagging());
    const auto edited = patch({{"delay_minutes", 30}, {"description", "later"}});
    ASSERT_EQ(edited.status, 200) << edited.body;
    EXPECT_EQ(parsed(edited).at("version"), 2);
    EXPECT_EQ(parsed(edited).at("delay_minutes"), 30);
    EXPECT_EQ(parsed(edited).at("name"), "Tag newcomers");
    EXPECT_EQ(parsed(patch(json::object())).at("version"), 2);
    EXPECT_EQ(parsed(patch({{"description", nullptr}})).at("version"), 3);

    const auto versions = parsed(get(automation() + "/versions"));
    ASSERT_EQ(versions.at("data").as_array().size(), 3U);
    EXPECT_EQ(versions.at("data").at(0).at("version"), 3);
    EXPECT_EQ(versions.at("data").at(1).at("description"), "later");
    EXPECT_EQ(versions.at("data").at(2).at("delay_minutes"), 0);
    EXPECT_TRUE(versions.at("next_cursor").is_null());
    const auto page = parsed(get(automation() + "/versions?limit=2"));
    const std::string next(page.at("next_cursor").as_string());
    EXPECT_EQ(parsed(get(automation() + "/versions?cursor=" + next)).at("data").at(0).at("version"), 1);
    EXPECT_EQ(get(automation() + "/versions?limit=21").status, 400);
}

TEST_F(ChangeAutomationTest, AnEditIsCheckedAsACreationIs) {
    given(tagging());
    EXPECT_EQ(mistakes(patch(json::parse(R"({"name":null,"steps":[],"is_active":true,"created_by":"eve","x":1})"))),
              (Mistakes{{"/name", "required"},
                        {"/steps", "too_few"},
                        {"/is_active", "not_allowed"},
                        {"/created_by", "not_allowed"},
                        {"/x", "unknown_field"}}));
    EXPECT_EQ(patch(json::array()).status, 422);
    EXPECT_EQ(automations.only().version, 1);
}

TEST_F(ChangeAutomationTest, ATriggerIsMergedAndOneOfAnotherTypeReplacesIt) {
    given(with_trigger(R"({"type":"behavior_based","behavior":"x","count":3,"within":"7d"})"));
    EXPECT_EQ(parsed(patch(json::parse(R"({"trigger":{"count":4}})"))).at("trigger"),
              json::parse(R"({"type":"behavior_based","behavior":"x","count":4,"within":"7d"})"));
    EXPECT_EQ(parsed(patch(json::parse(R"({"trigger":{"type":"milestone","milestone_name":"m"}})"))).at("trigger"),
              json::parse(R"({"type":"milestone","milestone_name":"m"})"));
    EXPECT_EQ(automations.only().trigger_type, "milestone");
}

TEST_F(ChangeAutomationTest, AFilterIsReplacedWholeInWhateverForm) {
    auto body = with_trigger(R"({"type":"event_based","event":"x","filter":{"tier":"gold","plan":"pro"}})");
    body["exit"] = json::parse(R"({"event":"left","filter":{"any":[{"field":"tier","op":"eq","value":"gold"}]}})");
    given(body);
    const auto condition = [](std::string_view field, std::string_view value) {
        return json::object{{"field", field}, {"op", "eq"}, {"value", value}};
    };
    const auto trigger = [&](const std::string& filter) {
        const auto edited = patch(json::parse(R"({"trigger":{"filter":)" + filter + "}}"));
        EXPECT_EQ(edited.status, 200) << edited.body;
        return parsed(edited).at("trigger");
    };
    const auto shown = [](json::value filter) {
        return json::value{{"type", "event_based"}, {"event", "x"}, {"filter", std::move(filter)}};
    };
    EXPECT_EQ(trigger(R"({"tier":"silver"})"), shown({{"all", json::array{condition("tier", "silver")}}}));
    EXPECT_EQ(trigger(R"({"any":[{"field":"a","op":"eq","value":"b"}]})"),
              shown({{"any", json::array{condition("a", "b")}}}));
    EXPECT_EQ(trigger(R"({"field":"a","op":"eq","value":"b"})"), shown(condition("a", "b")));
    EXPECT_EQ(trigger(R"({"all":[{"field":"c","op":"eq","value":"d"}]})"),
              shown({{"all", json::array{condition("c", "d")}}}));
    EXPECT_EQ(trigger("null"), json::parse(R"({"type":"event_based","event":"x"})"));
    EXPECT_EQ(parsed(patch(json::parse(R"({"exit":{"filter":{"tier":"silver"}}})"))).at("exit"),
              (json::value{{"filter", {{"all", json::array{condition("tier", "silver")}}}}, {"event", "left"}}));
    EXPECT_EQ(parsed(patch(json::parse(R"({"exit":{"filter":null}})"))).at("exit"), json::parse(R"({"event":"left"})"));
    EXPECT_EQ(mistakes(patch(json::parse(R"({"trigger":{"filter":{"tier":null}},"exit":{"filter":"x"}})"))),
              (Mistakes{{"/trigger/filter/tier", "wrong_type"}, {"/exit/filter", "wrong_type"}}));
}

TEST_F(ChangeAutomationTest, AFilterComesWithAnotherTriggerAndIntoAnAudience) {
    given(with_trigger(R"({"type":"time_based","schedule":"0 9 * * *","time_zone":"Europe/Berlin",
        "audience":{"segment_id":"s","filter":{"tier":"gold"}}})"));
    const auto edited = patch(json::parse(R"({"trigger":{"audience":{"filter":{"plan":"pro"}}}})"));
    ASSERT_EQ(edited.status, 200) << edited.body;
    EXPECT_EQ(parsed(edited).at("trigger").at("audience"), json::parse(R"({"segment_id":"s",
        "filter":{"all":[{"field":"plan","op":"eq","value":"pro"}]}})"));
    EXPECT_EQ(parsed(patch(json::parse(R"({"trigger":{"type":"custom","filter":{"plan":"pro"}}})"))).at("trigger"),
              json::parse(R"({"type":"custom","filter":{"all":[{"field":"plan","op":"eq","value":"pro"}]}})"));
    EXPECT_EQ(parsed(patch(json::parse(R"({"exit":{"filter":{"plan":"basic"}}})"))).at("exit"),
              json::parse(R"({"filter":{"all":[{"field":"plan","op":"eq","value":"basic"}]}})"));
}

TEST_F(ChangeAutomationTest, APassedTimeIsNoMistakeOfAnotherEdit) {
    given_scheduled(to_rfc3339(clock.wall_now() + 1h));
    clock.advance(2h);
    EXPECT_EQ(patch({{"name", "Past"}}).status, 200);
    EXPECT_EQ(mistakes(patch(json::parse(R"({"trigger":{"time_zone":"Europe/Paris"}})"))),
              (Mistakes{{"/trigger/schedule", "invalid_value"}}));
}

TEST_F(ChangeAutomationTest, AnActiveOneFiresAsTheEditSays) {
    given_scheduled("2036-06-01T09:00:00Z");
    ASSERT_EQ(post("activate").status, 200);
    const auto edited = patch(json::parse(R"({"trigger":{"schedule":"2036-07-01T09:00:00Z"}})"));
    EXPECT_EQ(parsed(edited).at("next_fire_at"), "2036-07-01T09:00:00.000Z");
}

TEST_F(ChangeAutomationTest, AnActivationFiresAsTheEditBesideItSays) {
    given_scheduled("2036-06-01T09:00:00Z");
    automations.before_write = [this] {
        automations.before_write = [] {};
        EXPECT_EQ(patch(json::parse(R"({"trigger":{"schedule":"2036-07-01T09:00:00Z"}})")).status, 200);
    };
    const auto active = post("activate");
    ASSERT_EQ(active.status, 200) << active.body;
    EXPECT_EQ(parsed(active).at("next_fire_at"), "2036-07-01T09:00:00.000Z");
    EXPECT_EQ(automations.only().next_fire_at, from_rfc3339("2036-07-01T09:00:00Z"));
    ASSERT_EQ(post("deactivate").status, 200);
    automations.before_write = [this] { ++automations.only().revision; };
    EXPECT_EQ(post("activate").status, 409) << "it changes without end";
}

TEST_F(ChangeAutomationTest, AnOverdueOneFiresAlthoughItIsEdited) {
    given_scheduled("0 9 * * *");
    ASSERT_EQ(post("activate").status, 200);
    const auto due = automations.only().next_fire_at;
    clock.advance(72h);
    ASSERT_EQ(patch({{"name", "Renamed"}}).status, 200);
    EXPECT_EQ(automations.only().next_fire_at, due);
    ASSERT_EQ(patch(json::parse(R"({"trigger":{"audience":{"segment_id":"t"}}})")).status, 200);
    EXPECT_EQ(automations.only().next_fire_at, due);
    ASSERT_EQ(patch(json::parse(R"({"trigger":{"schedule":"0 10 * * *"}})")).status, 200);
    EXPECT_GT(automations.only().next_fire_at, clock.wall_now());
}

TEST_F(ChangeAutomationTest, AnAudienceWhosePeopleWereErasedIsReadAndMayStay) {
    given(with_trigger(R"({"type":"time_based","schedule":"0 9 * * *","time_zone":"Europe/Berlin",
        "audience":{"contacts":[{"external_id":"annelie"}]}})"));
    auto& document = automations.only().document;
    const std::string named = R"([{"external_id":"annelie"}])";
    document.replace(document.find(named), named.size(), "[]");
    EXPECT_EQ(post("activate").status, 200);
    EXPECT_EQ(parsed(get(automation())).at("trigger").at("audience"), json::parse(R"({"contacts":[]})"));
    EXPECT_EQ(patch({{"name", "Nobody"}}).status, 200);
    EXPECT_EQ(wrong(json::parse(R"({"name":"n","steps":[{"type":"add_tag","tag":"a"}],"trigger":{"type":"time_based",
        "schedule":"0 9 * * *","time_zone":"Europe/Berlin","audience":{"contacts":[]}}})")),
              (Mistakes{{"/trigger/audience/contacts", "too_few"}}));
}

TEST_F(ChangeAutomationTest, ASecretInAQueryIsNotShown) {
    for (const auto* address :
         {"https://host.example?token=SECRET", "https://host.example#SECRET", "https://host.example/SECRET?a=b"}) {
        automations.automations.clear();
        given(with_steps(fmt::format(R"([{{"type":"send_slack_message","webhook_url":"{}","text":"a"}}])", address)));
        const auto shown = get(automation());
        EXPECT_FALSE(shown.body.contains("SECRET")) << shown.body;
        EXPECT_EQ(parsed(shown).at("steps").at(0).at("webhook_url"), "https://host.example/…");
    }
}

TEST_F(ChangeAutomationTest, AMaskedAddressStandsForTheOneThatIsThere) {
    given(with_steps(
        R"([{"type":"send_slack_message","webhook_url":"https://hooks.slack.com/services/T/B/X","text":"a"}])"));
    const auto masked = json::parse(R"({"steps":[{"type":"add_tag","tag":"a"},
        {"type":"send_slack_message","webhook_url":"https://hooks.slack.com/…","text":"b"}]})");
    ASSERT_EQ(patch(masked).status, 200);
    EXPECT_TRUE(automations.only().document.contains("services/T/B/X"));
    EXPECT_EQ(mistakes(patch(json::parse(R"({"steps":[
        {"type":"send_slack_message","webhook_url":"https://other.example/…","text":"b"}]})"))),
              (Mistakes{{"/steps/0/webhook_url", "invalid_value"}}));
    EXPECT_EQ(automate(masked.as_object().contains("name") ? masked : [&] {
                  auto body = tagging();
                  body["steps"] = masked.at("steps");
                  return json::value(body);
              }()).status,
              422);
}

TEST_F(ChangeAutomationTest, AnEditHappensToWhatIfMatchSays) {
    given(tagging());
    const auto etag = header(get(automation()), "ETag");
    automations.only().runs[RunState::active] = 5;  // people come and go
    ASSERT_EQ(patch({{"name", "a"}}, {{"If-Match", etag}}).status, 200);
    const auto refused = patch({{"name", "b"}}, {{"If-Match", etag}});
    EXPECT_EQ(refused.status, 412);
    EXPECT_EQ(header(refused, "ETag"), header(get(automation()), "ETag"));
    EXPECT_EQ(send("DELETE", automation(), {}, {{"If-Match", etag}}).status, 412);
    EXPECT_EQ(send("DELETE", automation(), {}, {{"If-Match", header(refused, "ETag")}}).status, 204);
}

TEST_F(ChangeAutomationTest, AnEditIsMergedAgainWhenSomebodyWasFaster) {
    given(tagging());
    int others = 1;
    automations.before_write = [&] {
        if (others-- > 0) ++automations.only().revision;
    };
    EXPECT_EQ(patch({{"name", "a"}}).status, 200);
    others = 100;
    const auto response = patch({{"name", "b"}});
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(automations.only().name, "a");
}

TEST_F(ChangeAutomationTest, AnEditIsRepeatedUnderItsKey) {
    given(tagging());
    const auto first = patch({{"name", "a"}}, key("k"));
    ASSERT_EQ(patch({{"name", "b"}}).status, 200);
    const auto again = patch({{"name", "a"}}, key("k"));
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(automations.only().name, "b");
}

TEST_F(ChangeAutomationTest, ADeletedOneIsGone) {
    given(tagging());
    const auto path = automation();
    ASSERT_EQ(post("activate").status, 200);
    EXPECT_EQ(send("DELETE", path).status, 409);
    ASSERT_EQ(post("deactivate").status, 200);
    EXPECT_EQ(send("DELETE", path, {}, key("k")).status, 204);
    EXPECT_EQ(get(path).status, 404);
    EXPECT_EQ(get(path + "/versions").status, 404);
    EXPECT_EQ(get(path + "/runs").status, 404);
    EXPECT_EQ(send("DELETE", path).status, 404);
    const auto again = send("DELETE", path, {}, key("k"));
    EXPECT_EQ(again.status, 204);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
}

TEST_F(ChangeAutomationTest, AFiringForManyIsConfirmed) {
    given_scheduled("@daily");
    automations.only().last_firing = Firing{.number = 17,
                                            .automation = automations.only().id,
                                            .version = 1,
                                            .at = clock.wall_now(),
                                            .state = FiringState::confirming,
                                            .people = 5'000};
    const auto shown = parsed(get(automation()));
    EXPECT_EQ(shown.at("waiting_for_confirmation").at("people"), 5'000);
    const std::string firing(shown.at("waiting_for_confirmation").at("firing").as_string());
    EXPECT_EQ(firing, number_id("fir", 17));
    EXPECT_EQ(mistakes(post("confirm", "{}")), (Mistakes{{"/firing", "required"}}));
    EXPECT_EQ(mistakes(post("confirm", R"({"firing":"run_0000000000017"})")), (Mistakes{{"/firing", "invalid_value"}}));
    EXPECT_EQ(post("confirm", R"({"firing":")" + number_id("fir", 18) + R"("})").status, 409);
    const auto confirmed = post("confirm", R"({"firing":")" + firing + R"("})");
    ASSERT_EQ(confirmed.status, 200) << confirmed.body;
    EXPECT_FALSE(parsed(confirmed).as_object().contains("waiting_for_confirmation"));
    EXPECT_EQ(parsed(confirmed).at("last_firing").at("state"), "loading");
    EXPECT_EQ(engine.changes, 2);
}

}  // namespace
}  // namespace herald
