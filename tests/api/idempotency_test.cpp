// Writes that are repeated.

#include "api/idempotency.hpp"

#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

class Idempotent : public test::ApiTest {
 protected:
    static api::Headers key(std::string value) { return {{"Idempotency-Key", std::move(value)}}; }
};

TEST_F(Idempotent, ARepeatedCreationIsAnsweredToTheByteAndDoesNothing) {
    auto body = email_campaign();
    body["launch"] = true;
    const auto first = create(body, key("k1"));
    store.only().counts[DeliveryState::accepted] = 1;
    waiting.now = {WaitReason::circuit_open, clock.wall_now()};
    clock.advance(1h);
    const auto again = create(body, key("k1"));
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Location"), header(first, "Location"));
    EXPECT_EQ(header(again, "ETag"), header(first, "ETag"));
    EXPECT_EQ(header(first, "Idempotent-Replayed"), "");
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(store.campaigns.size(), 1U);
}

TEST_F(Idempotent, TheOrderOfMembersAndSpacesDoNotMakeAnotherRequest) {
    const auto first = send("POST", "/v1/campaigns", json::serialize(email_campaign()), key("k1"));
    json::object turned;
    const auto body = email_campaign();
    for (auto it = body.end(); it != body.begin();) {
        --it;
        turned[it->key()] = it->value();
    }
    const auto again = send("POST", "/v1/campaigns", " " + json::serialize(turned), key("k1"));
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
}

TEST_F(Idempotent, AReplayDoesNotAskIntercomNorTheConfiguration) {
    const auto first = create(email_campaign(), key("k1"));
    admins.known.clear();
    clock.advance(2min);
    api = make_api({});
    EXPECT_EQ(create(email_campaign(), key("k1")).body, first.body);
    EXPECT_EQ(admins.asked, 1);
}

TEST_F(Idempotent, AKeyThatWasUsedForAnotherRequestIsRefused) {
    ASSERT_EQ(create(email_campaign(), key("k1")).status, 201);
    auto other = email_campaign();
    other["name"] = "Day 2";
    const auto response = create(other, key("k1"));
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(code(response), "key_reused");
    EXPECT_EQ(create(email_campaign(), key("k2")).status, 201);
}

TEST_F(Idempotent, ValidationFailuresAreNotStored) {
    auto body = email_campaign();
    body.erase("name");
    EXPECT_EQ(create(body, key("k1")).status, 422);
    EXPECT_EQ(create(email_campaign(), key("k1")).status, 201);
}

TEST_F(Idempotent, AnActionIsReplayedEvenWhenTheStateHasMovedOn) {
    given_campaign(true);
    const auto first = act("pause", {}, key("p"));
    ASSERT_EQ(first.status, 200);
    ASSERT_EQ(act("resume").status, 200);
    const auto again = act("pause", "{}", key("p"));
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(store.only().state, CampaignState::running);
}

TEST_F(Idempotent, AKeyIsBoundToTheCampaignOfItsAction) {
    given_campaign(true);
    ASSERT_EQ(act("pause", {}, key("p")).status, 200);
    ASSERT_EQ(create(email_campaign()).status, 201);
    const auto response = send("POST", "/v1/campaigns/" + store.campaigns.at(1).id.value + "/pause", {}, key("p"));
    EXPECT_EQ(code(response), "key_reused");
}

TEST_F(Idempotent, AnswersAreKeptForSevenDaysOrOne) {
    ASSERT_EQ(create(email_campaign(), key("a")).status, 201);
    ASSERT_EQ(act("launch", {}, key("b")).status, 202);
    ASSERT_EQ(act("pause", {}, key("c")).status, 200);
    const auto now = clock.wall_now();
    EXPECT_EQ(store.idempotencies.at(0).expires_at, now + 24h * 7);
    EXPECT_EQ(store.idempotencies.at(1).expires_at, now + 24h * 7);
    EXPECT_EQ(store.idempotencies.at(2).expires_at, now + 24h);
    EXPECT_EQ(store.idempotencies.at(2).scope, "POST /v1/campaigns/{id}/pause");
}

TEST_F(Idempotent, AKeyHasOneTo255PrintableCharacters) {
    for (const std::string& bad :
         {std::string(), std::string(256, 'k'), std::string("a\tb"), std::string("\xc3\xa4")}) {
        const auto response = create(email_campaign(), key(bad));
        EXPECT_EQ(response.status, 400);
        EXPECT_EQ(code(response), "invalid_idempotency_key");
    }
    EXPECT_EQ(create(email_campaign(), key(std::string(255, 'k'))).status, 201);
}

TEST_F(Idempotent, AClientRefRepeatedWithTheSameBodyShowsTheCampaignThatExists) {
    auto body = email_campaign();
    body["client_ref"] = "crm-1";
    const auto first = create(body);
    const auto again = create(body);
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(header(again, "Location"), header(first, "Location"));
    EXPECT_EQ(parsed(again).at("id"), parsed(first).at("id"));
    EXPECT_EQ(store.campaigns.size(), 1U);
}

TEST_F(Idempotent, AClientRefOfAnotherCampaignIsAConflictThatNamesIt) {
    auto body = email_campaign();
    body["client_ref"] = "crm-1";
    ASSERT_EQ(create(body).status, 201);
    body["name"] = "Day 2";
    const auto response = create(body);
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(code(response), "client_ref_taken");
    EXPECT_NE(response.body.find(store.only().id.value), std::string::npos);
}

TEST(StoredAnswer, ComesBackToTheByte) {
    const api::Response response{
        .status = 201, .headers = {{"Location", "/x: y"}, {"ETag", "\"1\""}}, .body = "{\"a\":\n\n1}\n", .stream = {}};
    const auto back = api::from_stored(api::to_stored(response));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->status, 201);
    EXPECT_EQ(back->headers, response.headers);
    EXPECT_EQ(back->body, response.body);
    for (const auto* broken : {"", "200", "x\n\n", "200\nno colon\n\n", "200\nA: b\n"})
        EXPECT_FALSE(api::from_stored(broken)) << broken;
}

}  // namespace
}  // namespace herald
