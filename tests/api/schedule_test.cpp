// Starts at a time, and ends.

#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;
using test::Mistakes;
namespace json = boost::json;

// It is 2026-11-23T00:00:00Z.
class Schedule : public test::ApiTest {
 protected:
    json::object with(std::initializer_list<std::pair<json::string_view, json::value>> members) {
        auto body = email_campaign();
        for (const auto& [key, value] : members) body[key] = value;
        return body;
    }
};

TEST_F(Schedule, ACampaignCreatedForLaterIsScheduledAndWaitsForItsTime) {
    const auto response =
        create(with({{"scheduled_at", "2026-12-01T09:00:00+01:00"}, {"expires_at", "2026-12-02T00:00:00.5Z"}}));
    ASSERT_EQ(response.status, 201) << response.body;
    const auto view = parsed(response).as_object();
    EXPECT_EQ(view.at("state"), "scheduled");
    EXPECT_EQ(view.at("scheduled_at"), "2026-12-01T08:00:00.000Z");
    EXPECT_EQ(view.at("expires_at"), "2026-12-02T00:00:00.500Z");
    EXPECT_FALSE(view.contains("time_zone"));
    EXPECT_FALSE(view.contains("launched_at"));
    EXPECT_EQ(view.at("waiting"), (json::value{{"reason", "schedule"}, {"until", "2026-12-01T08:00:00.000Z"}}));
    EXPECT_EQ(parsed(get(path() + "/progress")).at("waiting"), view.at("waiting"));
}

TEST_F(Schedule, ALocalTimeIsATimeInItsZone) {
    ASSERT_EQ(create(with({{"scheduled_at", "2026-12-01T09:00:00"}, {"time_zone", "Test/Plus2"}})).status, 201);
    const auto view = parsed(get(path()));
    EXPECT_EQ(view.at("scheduled_at"), "2026-12-01T07:00:00.000Z");
    EXPECT_EQ(view.at("time_zone"), "Test/Plus2");
}

TEST_F(Schedule, ALaunchMayBeForLaterAndForAnotherTimeAndForNow) {
    given_campaign();
    const auto later = act("launch", R"({"at":"2026-12-01T09:00:00","time_zone":"Test/Plus2"})");
    EXPECT_EQ(later.status, 202);
    EXPECT_EQ(header(later, "Location"), path() + "/progress");
    EXPECT_EQ(parsed(later).at("state"), "scheduled");
    EXPECT_EQ(store.only().scheduled_at, clock.wall_now() + 24h * 8 + 7h);
    ASSERT_EQ(act("launch", R"({"at":"2026-12-02T00:00:00Z","expires_at":"2026-12-03T00:00:00Z"})").status, 202);
    EXPECT_EQ(store.only().scheduled_at, clock.wall_now() + 24h * 9);
    EXPECT_EQ(parsed(act("pause")).at("detail"),
              "the campaign is scheduled: pause is not possible, allowed: launch, cancel");
    const auto now = act("launch");
    EXPECT_EQ(parsed(now).at("state"), "running");
    EXPECT_TRUE(parsed(now).as_object().contains("launched_at"));
    EXPECT_EQ(store.only().expires_at, clock.wall_now() + 24h * 10);
}

TEST_F(Schedule, AScheduledCampaignIsCancelledButNotEdited) {
    ASSERT_EQ(create(with({{"scheduled_at", "2026-12-01T09:00:00Z"}})).status, 201);
    EXPECT_EQ(send("PATCH", path(), R"({"name":"x"})").status, 409);
    EXPECT_EQ(send("DELETE", path()).status, 409);
    EXPECT_EQ(parsed(act("cancel")).at("state"), "cancelled");
}

TEST_F(Schedule, EveryMistakeOfTheTimesIsNamed) {
    struct Case {
        const char* body;
        Mistakes mistakes;
    };
    given_campaign();
    for (const auto& [body, expected] : std::initializer_list<Case>{
             {R"({"at":"x","time_zone":"y","expires_at":1,"when":1})",
              {{"/at", "invalid_value"},
               {"/time_zone", "invalid_value"},
               {"/expires_at", "wrong_type"},
               {"/when", "unknown_field"}}},
             {R"({"at":"2026-11-23T00:00:00Z"})", {{"/at", "invalid_value"}}},
             {R"({"at":"2026-11-22T23:00:00+05:00","expires_at":"2026-11-22T00:00:00Z"})",
              {{"/at", "invalid_value"}, {"/expires_at", "invalid_value"}}},
             {R"({"at":"2026-12-01T00:00:00Z","expires_at":"2026-12-01T00:00:00Z"})",
              {{"/expires_at", "invalid_value"}}},
             {R"({"at":"2026-12-01T09:00:00"})", {{"/time_zone", "required"}}},
             {R"({"at":"2026-12-01T09:00:00","time_zone":"Mars/Base"})", {{"/time_zone", "invalid_value"}}},
             {R"({"at":"2026-12-01T09:00:00Z","time_zone":"Test/Plus2"})", {{"/time_zone", "not_allowed"}}},
             {R"({"time_zone":"Test/Plus2"})", {{"/time_zone", "not_allowed"}}},
             {R"({"at":"2037-01-01T00:00:00Z"})", {{"/at", "invalid_value"}}},
             {R"({"at":"2999-01-01T00:00:00","time_zone":"Test/Plus2"})", {{"/at", "invalid_value"}}}}) {
        const auto response = act("launch", body);
        EXPECT_EQ(response.status, 422) << body;
        EXPECT_EQ(mistakes(response), expected) << body;
    }
    EXPECT_EQ(store.only().state, CampaignState::draft);
    EXPECT_EQ(act("launch", R"({"at":"2036-12-31T23:59:59.999Z"})").status, 202);
}

TEST_F(Schedule, ACreationNamesTheMistakesOfItsTimesWithTheOthers) {
    EXPECT_EQ(mistakes(create(with({{"name", ""},
                                    {"scheduled_at", "2026-01-01T00:00:00Z"},
                                    {"expires_at", "2026-01-01T00:00:00"},
                                    {"launch", true}}))),
              (Mistakes{{"/name", "too_short"}, {"/scheduled_at", "not_allowed"}, {"/time_zone", "required"}}));
    auto nobody = with({{"scheduled_at", "2026-12-01T00:00:00Z"}});
    nobody.erase("audience");
    EXPECT_EQ(mistakes(create(nobody)), (Mistakes{{"/audience", "required"}}));
}

TEST_F(Schedule, ARepetitionAfterTheTimeIsStillTheSameRequest) {
    const auto body = with({{"scheduled_at", "2026-11-23T01:00:00Z"}, {"client_ref", "ref"}});
    const api::Headers key{{"Idempotency-Key", "k"}};
    ASSERT_EQ(create(body, key).status, 201);
    clock.advance(2h);
    EXPECT_EQ(create(body, key).status, 201);
    EXPECT_EQ(create(body).status, 200);  // by its client_ref
    auto other = body;
    other["client_ref"] = "other";
    EXPECT_EQ(mistakes(create(other)), (Mistakes{{"/scheduled_at", "invalid_value"}}));

    const std::string launch = R"({"at":"2026-11-23T03:00:00Z"})";
    ASSERT_EQ(act("launch", launch, key).status, 202);
    clock.advance(2h);
    const auto again = act("launch", launch, key);
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(act("launch", launch).status, 422);
}

TEST_F(Schedule, ADraftsExpiryIsEditedAndHoldsItsLaunch) {
    ASSERT_EQ(create(with({{"expires_at", "2026-11-24T00:00:00"}, {"time_zone", "Test/Plus2"}})).status, 201);
    EXPECT_EQ(store.only().state, CampaignState::draft);
    EXPECT_EQ(store.only().expires_at, clock.wall_now() + 22h);
    EXPECT_EQ(act("launch", R"({"at":"2026-11-25T00:00:00Z"})").status, 409);
    clock.advance(22h);
    const auto late = act("launch");
    EXPECT_EQ(late.status, 409);
    EXPECT_NE(parsed(late).at("detail").as_string().find("expires at 2026-11-23T22:00:00.000Z"), json::string::npos);

    ASSERT_EQ(send("PATCH", path(), R"({"name":"x"})").status, 200);  // which says nothing about the time
    EXPECT_EQ(store.only().time_zone, "Test/Plus2");
    EXPECT_EQ(mistakes(send("PATCH", path(), R"({"expires_at":"2026-11-23T00:00:00Z","scheduled_at":"x"})")),
              (Mistakes{{"/expires_at", "invalid_value"}, {"/scheduled_at", "not_allowed"}}));
    ASSERT_EQ(send("PATCH", path(), R"({"expires_at":"2026-12-01T00:00:00Z"})").status, 200);
    EXPECT_EQ(store.only().expires_at, clock.wall_now() + 2h + 24h * 7);
    EXPECT_EQ(store.only().time_zone, std::nullopt);
    ASSERT_EQ(send("PATCH", path(), R"({"expires_at":null})").status, 200);
    EXPECT_EQ(store.only().expires_at, std::nullopt);
    EXPECT_EQ(act("launch").status, 202);
}

}  // namespace
}  // namespace herald
