#include "tests/api/automation_fixture.hpp"

namespace herald {
namespace {

using namespace test;
using namespace std::chrono_literals;

class RunsTest : public AutomationTest {
 protected:
    RunsTest() {
        auto body = with_steps(R"([{"type":"delay","duration":"1d"},{"type":"add_tag","tag":"a"}])");
        body["is_active"] = true;
        EXPECT_EQ(automate(body).status, 201);
    }
    static std::string path_of(std::int64_t number) { return "/v1/runs/" + number_id("run", number); }
    std::string waiting(std::int64_t number) {
        return std::string(parsed(get(path_of(number))).at("waiting").as_string());
    }
};

TEST_F(RunsTest, ARunSaysWhereItStandsAndWhy) {
    auto& run = given_run(17);
    run.position = 1;
    run.executed = 3;
    run.succeeded = 2;
    automations.traces[17] = {
        {.path = "", .step = {}, .at = run.started_at, .outcome = StepOutcome::entered, .because = "the event came"},
        {.path = "/steps/0",
         .step = StepType::delay,
         .at = run.started_at,
         .outcome = StepOutcome::waiting,
         .because = "a day",
         .until = run.started_at + 24h},
        {.path = "/steps/1",
         .step = StepType::add_tag,
         .at = run.started_at,
         .outcome = StepOutcome::failed,
         .because = "no such tag",
         .request_id = "r1"}};
    const auto response = get(path_of(17));
    ASSERT_EQ(response.status, 200) << response.body;
    const auto shown = parsed(response);
    EXPECT_EQ(shown.at("id"), json::value(number_id("run", 17)));
    EXPECT_EQ(shown.at("step"), "/steps/1");
    EXPECT_EQ(shown.at("event"), json::parse(R"({"id":"crm-1","name":"user_created"})"));
    const auto& summary = shown.at("intercom_integration");
    EXPECT_EQ(summary.at("actions_executed"), 3);
    EXPECT_EQ(summary.at("successful"), 2);
    EXPECT_EQ(summary.at("failed"), 1);
    ASSERT_EQ(summary.at("results").as_array().size(), 1U);
    EXPECT_EQ(summary.at("results").at(0).at("reason"), "no such tag");
    EXPECT_EQ(summary.at("results_url"), json::value(path_of(17)));
    ASSERT_EQ(shown.at("trace").as_array().size(), 3U);
    EXPECT_EQ(shown.at("trace").at(1).at("until"), json::value(to_rfc3339(run.started_at + 24h)));
    EXPECT_FALSE(shown.at("trace").at(0).as_object().contains("step"));
}

TEST_F(RunsTest, OnlyTenResultsStandInTheSummary) {
    given_run(1);
    for (int i = 0; i < 11; ++i)
        automations.traces[1].push_back({.path = "/steps/1",
                                         .step = StepType::add_tag,
                                         .at = {},
                                         .outcome = StepOutcome::done,
                                         .because = "taken"});
    const auto shown = parsed(get(path_of(1)));
    EXPECT_EQ(shown.at("intercom_integration").at("results").as_array().size(), 10U);
    EXPECT_EQ(shown.at("trace").as_array().size(), 11U);
}

TEST_F(RunsTest, WhatARunWaitsForIsNamed) {
    given_run(1);
    given_run(2).due_at = clock.wall_now() + 1ms;
    given_run(3).awaiting = "login";
    EXPECT_EQ(waiting(1), "none");
    EXPECT_EQ(waiting(2), "delay");
    EXPECT_EQ(waiting(3), "event");
    ASSERT_EQ(post("deactivate").status, 200);
    EXPECT_EQ(waiting(3), "inactive");
    automations.all_runs[0].state = RunState::exited;
    automations.all_runs[0].reason = "enough";
    const auto ended = parsed(get(path_of(1))).as_object();
    EXPECT_EQ(ended.at("reason"), "enough");
    for (const auto* member : {"waiting", "step", "due_at"}) EXPECT_FALSE(ended.contains(member)) << member;
}

TEST_F(RunsTest, AStepIsNamedAsTheVersionOfTheRunHasIt) {
    given_run(1).position = 1;
    ASSERT_EQ(patch(json::parse(R"({"steps":[{"type":"exit"}]})")).status, 200);
    EXPECT_EQ(parsed(get(path_of(1))).at("step"), "/steps/1");
    EXPECT_EQ(parsed(get(automation() + "/runs")).at("data").at(0).at("step"), "/steps/1");
}

TEST_F(RunsTest, ListsAreFilteredAndGoOn) {
    given_run(1);
    given_run(2, "other");
    given_run(3).state = RunState::completed;
    const auto ids = [&](const std::string& query) {
        std::string out;
        const auto answer = parsed(get(automation() + "/runs" + query));
        for (const auto& each : answer.at("data").as_array()) {
            EXPECT_FALSE(each.as_object().contains("trace"));
            out += fmt::format("{} ", *number_of_id("run", std::string(each.at("id").as_string())));
        }
        const auto& next = answer.at("next_cursor");
        return out + (next.is_null() ? "" : std::string(next.as_string()));
    };
    EXPECT_EQ(ids(""), "3 2 1 ");
    EXPECT_EQ(ids("?order=asc"), "1 2 3 ");
    EXPECT_EQ(ids("?state=active"), "2 1 ");
    EXPECT_EQ(ids("?contact=other"), "2 ");
    const auto first = ids("?limit=2");
    ASSERT_TRUE(first.starts_with("3 2 "));
    EXPECT_EQ(ids("?limit=2&cursor=" + first.substr(4)), "1 ");
    EXPECT_EQ(get(automation() + "/runs?order=asc&cursor=" + first.substr(4)).status, 400);
    EXPECT_EQ(get(automation() + "/runs?contact=a@x.org").status, 400);
    EXPECT_EQ(get(automation() + "/runs?state=asleep").status, 400);
    EXPECT_EQ(get("/v1/automations/aut_1/runs").status, 404);
}

TEST_F(RunsTest, ARunIsCancelledOnce) {
    given_run(1);
    const auto cancelled = send("POST", path_of(1) + "/cancel", {}, key("k"));
    ASSERT_EQ(cancelled.status, 200) << cancelled.body;
    EXPECT_EQ(parsed(cancelled).at("state"), "cancelled");
    EXPECT_EQ(engine.changes, 1) << "no definition has changed";
    EXPECT_EQ(requests.keys.begin()->second.second.resource, "contact:6762f2391bb69f9f2193bc19")
        << "an erasure finds the answer";
    const auto again = send("POST", path_of(1) + "/cancel", {}, key("k"));
    EXPECT_EQ(again.body, cancelled.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(send("POST", path_of(1) + "/cancel").status, 409);
    EXPECT_EQ(send("POST", path_of(9) + "/cancel").status, 404);
    EXPECT_EQ(send("POST", "/v1/runs/nonsense/cancel").status, 404);
    EXPECT_EQ(send("POST", path_of(1) + "/cancel", R"({"why":"x"})").status, 422);
    EXPECT_EQ(get(path_of(9)).status, 404);
}

}  // namespace
}  // namespace herald
