#include "tests/api/automation_fixture.hpp"

namespace herald {
namespace {

using namespace test;
using namespace std::chrono_literals;

class SimulationTest : public AutomationTest {
 protected:
    SimulationTest() {
        EXPECT_EQ(automate(with_steps(R"([{"type":"create_task","description":"Call {{ name }}"},
            {"type":"delay","duration":"1d"},{"type":"exit","reason":"enough"}])"))
                      .status,
                  201);
    }
    static json::object script() {
        return json::parse(R"({"contact":{"name":"Ann"},"start":"2026-12-01T08:00:00Z",
            "events":[{"event_name":"user_created","at":"2026-12-01T09:00:00Z"},
                      {"event_name":"user_created","at":"2026-12-02T09:00:00Z"}]})")
            .as_object();
    }
    api::Response simulate(const json::value& body) { return post("simulations", json::serialize(body)); }
};

TEST_F(SimulationTest, SaysEveryStepWithItsTextAndWhy) {
    const auto response = simulate(script());
    ASSERT_EQ(response.status, 200) << response.body;
    const auto shown = parsed(response);
    EXPECT_EQ(shown.at("automation_id"), json::value(automations.only().id.value));
    EXPECT_EQ(shown.at("version"), 1);
    EXPECT_EQ(shown.at("cut"), false);
    ASSERT_EQ(shown.at("runs").as_array().size(), 1U);
    const auto& run = shown.at("runs").at(0);
    EXPECT_EQ(run.at("state"), "exited");
    bool told = false;
    for (const auto& entry : run.at("trace").as_array())
        if (entry.as_object().contains("text"))
            told = entry.at("text").at("body") == "Automated Task: Call Ann" && entry.at("path") == "/steps/0";
    EXPECT_TRUE(told) << response.body;
    ASSERT_EQ(shown.at("not_entered").as_array().size(), 1U);
    EXPECT_EQ(shown.at("not_entered").at(0).at("at"), "2026-12-02T09:00:00.000Z");
    EXPECT_TRUE(engine.events.empty());
    EXPECT_TRUE(intercom.notes.empty());
}

TEST_F(SimulationTest, IsTheSameToTheByteAndTakesPlaceOnTheWorker) {
    const auto runs = worker.runs;
    const auto first = simulate(script());
    EXPECT_EQ(worker.runs, runs + 1);
    clock.advance(24h);
    EXPECT_EQ(simulate(script()).body, first.body);
}

TEST_F(SimulationTest, IsOfAVersion) {
    ASSERT_EQ(patch(json::parse(R"({"steps":[{"type":"exit"}]})")).status, 200);
    auto body = script();
    EXPECT_EQ(parsed(simulate(body)).at("version"), 2);
    body["version"] = 1;
    EXPECT_EQ(parsed(simulate(body)).at("version"), 1);
    body["version"] = 3;
    EXPECT_EQ(simulate(body).status, 404);
    EXPECT_EQ(send("POST", "/v1/automations/aut_1/simulations", json::serialize(body)).status, 404);
}

TEST_F(SimulationTest, AllMistakesAreNamedAtOnce) {
    EXPECT_EQ(mistakes(simulate(json::parse(R"({"contact":{"email":"nobody","role":"boss","x":1},
        "events":[{"at":"noon"}],"start":"2026-12-01T08:00:00Z","until":"2026-12-01T08:00:00Z",
        "values":{"score":"high"},"version":0})"))),
              (Mistakes{{"/contact/email", "invalid_value"},
                        {"/contact/role", "invalid_value"},
                        {"/contact/x", "unknown_field"},
                        {"/events/0/event_name", "required"},
                        {"/events/0/at", "invalid_value"},
                        {"/until", "invalid_value"},
                        {"/values/score", "wrong_type"},
                        {"/version", "invalid_value"}}));
    EXPECT_EQ(mistakes(simulate(json::object())), (Mistakes{{"/contact", "required"}, {"/start", "required"}}));
    EXPECT_EQ(mistakes(simulate(json::parse(R"({"contact":{},"start":"2037-01-01T00:00:00Z"})"))),
              (Mistakes{{"/start", "invalid_value"}}));
}

}  // namespace
}  // namespace herald
