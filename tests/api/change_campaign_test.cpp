// Launch, pause, resume and cancel, here and now.

#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;
using test::Mistakes;

class ChangeCampaign : public test::ApiTest {
 protected:
    void given_in_flight(std::int64_t count) {
        given_campaign(true);
        store.only().counts = {};
        store.only().counts[DeliveryState::inflight] = count;
    }
    void settle(std::int64_t count) {
        store.only().counts[DeliveryState::inflight] -= count;
        store.only().counts[DeliveryState::accepted] += count;
        changes.notify(store.only().id);
    }
    test::Started<api::Response> begin(const std::string& verb, api::Headers headers = {}) {
        return start_sending("POST", path() + "/" + verb, {}, std::move(headers));
    }
};

TEST_F(ChangeCampaign, ALaunchIsAcceptedAndSaysWhereTheProgressStands) {
    given_campaign();
    const auto response = act("launch");
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(header(response, "Location"), path() + "/progress");
    EXPECT_EQ(parsed(response).at("state").as_string(), "running");
    EXPECT_TRUE(parsed(response).as_object().contains("launched_at"));
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

TEST_F(ChangeCampaign, OtherActionsTakeNoMembersAndNoParameters) {
    given_campaign(true);
    EXPECT_EQ(mistakes(act("pause", R"({"reason":"x"})")), (Mistakes{{"/reason", "unknown_field"}}));
    EXPECT_EQ(mistakes(act("pause", "[]")), (Mistakes{{"", "wrong_type"}}));
    EXPECT_EQ(act("pause", "{").status, 400);
    EXPECT_EQ(mistakes(act("pause?wait=long")), (Mistakes{{"?wait", "invalid_value"}}));
    EXPECT_EQ(act("resume?wait=drained").status, 400);
    EXPECT_EQ(store.only().state, CampaignState::running);
}

TEST_F(ChangeCampaign, AWaitEndsWhenNothingIsInFlightAnyMore) {
    for (const std::string verb : {"pause", "cancel"}) {
        given_in_flight(2);
        auto answer = begin(verb + "?wait=drained");
        clock.advance(200ms);
        settle(1);
        clock.settle();
        EXPECT_FALSE(answer.done());
        settle(1);
        clock.settle();
        ASSERT_TRUE(answer.done()) << verb;
        EXPECT_EQ(answer.get().status, 200);
        EXPECT_EQ(parsed(answer.get()).at("counts").at("inflight").as_int64(), 0);
        EXPECT_EQ(parsed(answer.get()).at("counts").at("accepted").as_int64(), 2);
        EXPECT_EQ(header(answer.get(), "ETag"), header(get(path()), "ETag"));
        EXPECT_EQ(changes.subscribers(), 0U);
        store.campaigns.clear();
    }
}

TEST_F(ChangeCampaign, AWaitThatTakesTooLongSaysWhatIsLeft) {
    given_in_flight(1);
    auto answer = begin("pause?wait=drained");
    clock.advance(29'999ms);
    EXPECT_FALSE(answer.done());
    clock.advance(1ms);
    ASSERT_TRUE(answer.done());
    EXPECT_EQ(answer.get().status, 200);
    EXPECT_EQ(parsed(answer.get()).at("state").as_string(), "paused");
    EXPECT_EQ(parsed(answer.get()).at("counts").at("inflight").as_int64(), 1);
}

TEST_F(ChangeCampaign, AWaitNeedsNoHintAndNoPlaceAmongTheWatchers) {
    given_in_flight(1);
    const auto first = changes.subscribe(store.only().id);
    const auto second = changes.subscribe(store.only().id);
    auto answer = begin("pause?wait=drained");
    store.only().counts = {};
    clock.advance(1s);
    EXPECT_TRUE(answer.done());
}

TEST_F(ChangeCampaign, AWaitEndsWithAResumeAndWithTheService) {
    given_in_flight(1);
    auto first = begin("pause?wait=drained");
    EXPECT_FALSE(first.done());
    ASSERT_EQ(act("resume").status, 200);
    clock.settle();
    ASSERT_TRUE(first.done());
    EXPECT_EQ(parsed(first.get()).at("state").as_string(), "running");
    auto second = begin("pause?wait=drained");
    EXPECT_FALSE(second.done());
    changes.close();
    clock.settle();
    EXPECT_TRUE(second.done());
}

TEST_F(ChangeCampaign, AWaitSurvivesAStoreThatDoesNotAnswer) {
    given_in_flight(1);
    auto answer = begin("pause?wait=drained");
    store.fails = Error{Errc::store_unavailable, "busy"};
    clock.advance(5s);
    EXPECT_FALSE(answer.done());
    clock.advance(25s);
    ASSERT_TRUE(answer.done());
    EXPECT_EQ(parsed(answer.get()).at("state").as_string(), "paused");
}

TEST_F(ChangeCampaign, ARepeatedWaitWaitsAgainAndChangesNothing) {
    given_in_flight(1);
    const api::Headers key{{"Idempotency-Key", "k"}};
    ASSERT_EQ(act("pause?wait=drained", {}, key, 0s).status, 200);
    auto again = begin("pause?wait=drained", key);
    EXPECT_FALSE(again.done());
    settle(1);
    clock.settle();
    ASSERT_TRUE(again.done());
    EXPECT_EQ(header(again.get(), "Idempotent-Replayed"), "true");
    EXPECT_EQ(parsed(again.get()).at("counts").at("inflight").as_int64(), 0);
    EXPECT_EQ(store.only().version, 2);
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
