// Launch, pause, resume and cancel.

#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using test::Mistakes;

class ChangeCampaign : public test::ApiTest {};

TEST_F(ChangeCampaign, ALaunchIsAcceptedAndSaysWhereTheProgressStands) {
    given_campaign();
    const auto response = act("launch");
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(header(response, "Location"), path() + "/progress");
    EXPECT_EQ(parsed(response).at("state").as_string(), "running");
    EXPECT_TRUE(parsed(response).as_object().contains("launched_at"));
    EXPECT_EQ(woken, 1);
}

TEST_F(ChangeCampaign, APauseSaysWhoPausedAndAResumeWakesTheSendingLoop) {
    given_campaign(true);
    const auto paused = parsed(act("pause"));
    EXPECT_EQ(paused.at("state").as_string(), "paused");
    EXPECT_EQ(paused.at("pause_reason").as_string(), "operator");
    EXPECT_FALSE(paused.as_object().contains("waiting"));
    const auto resumed = parsed(act("resume", "{}"));
    EXPECT_EQ(resumed.at("state").as_string(), "running");
    EXPECT_FALSE(resumed.as_object().contains("pause_reason"));
    EXPECT_EQ(woken, 2);
}

TEST_F(ChangeCampaign, ACancelEndsTheCampaign) {
    given_campaign(true);
    const auto response = act("cancel");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(parsed(response).at("state").as_string(), "cancelled");
    EXPECT_EQ(header(get(path()), "ETag"), header(response, "ETag"));
}

TEST_F(ChangeCampaign, WhatTheStateForbidsIsAConflictThatSaysWhatIsAllowed) {
    given_campaign();
    const auto response = act("resume");
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(code(response), "state_conflict");
    EXPECT_EQ(parsed(response).at("detail").as_string(),
              "the campaign is draft: resume is not possible, allowed: launch, cancel");
}

TEST_F(ChangeCampaign, ALaunchRefusesByNameWhatThisVersionDoesNotHave) {
    given_campaign();
    EXPECT_EQ(mistakes(act("launch", R"({"at":"x","time_zone":"y","expires_at":"z","when":1})")),
              (Mistakes{{"/at", "not_supported_yet"},
                        {"/time_zone", "not_supported_yet"},
                        {"/expires_at", "not_supported_yet"},
                        {"/when", "unknown_field"}}));
    EXPECT_EQ(store.only().state, CampaignState::draft);
}

TEST_F(ChangeCampaign, OtherActionsTakeNoMembersAndNoParameters) {
    given_campaign(true);
    EXPECT_EQ(mistakes(act("pause", R"({"reason":"x"})")), (Mistakes{{"/reason", "unknown_field"}}));
    EXPECT_EQ(mistakes(act("pause", "[]")), (Mistakes{{"", "wrong_type"}}));
    EXPECT_EQ(act("pause", "{").status, 400);
    EXPECT_EQ(act("pause?wait=drained").status, 400);
    EXPECT_EQ(store.only().state, CampaignState::running);
}

TEST_F(ChangeCampaign, AnUnknownCampaignIsNotFound) {
    for (const std::string id : {"cmp_00000000000000000000000000", "nonsense"}) {
        const auto response = send("POST", "/v1/campaigns/" + id + "/pause");
        EXPECT_EQ(response.status, 404);
        EXPECT_EQ(code(response), "not_found");
    }
}

}  // namespace
}  // namespace herald
