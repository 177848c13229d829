// PATCH and DELETE of drafts.

#include "api/campaign_body.hpp"
#include "api/draft_patch.hpp"
#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using test::Mistakes;
namespace json = boost::json;

class EditCampaign : public test::ApiTest {
 protected:
    api::Response patch(std::string body, api::Headers headers = {}) {
        return send("PATCH", path(), std::move(body), std::move(headers));
    }
    api::Response remove(api::Headers headers = {}) { return send("DELETE", path(), {}, std::move(headers)); }
    std::string etag() { return header(get(path()), "ETag"); }
};

TEST_F(EditCampaign, WhatIsNamedChangesAndAllElseStays) {
    given_campaign();
    const auto before = parsed(get(path())).as_object();
    const auto response = patch(R"({"subject":"Hello {{name}}","metadata":{"team":"cs"}})",
                                {{"Content-Type", "application/merge-patch+json"}});
    ASSERT_EQ(response.status, 200) << response.body;
    auto after = parsed(response).as_object();
    EXPECT_EQ(after["subject"], "Hello {{name}}");
    EXPECT_EQ(after["metadata"], (json::value{{"team", "cs"}}));
    for (const auto& [key, value] : before)
        if (key != "subject" && key != "metadata" && key != "intercom_integration") {
            EXPECT_EQ(after[key], value) << key;
        }
    EXPECT_EQ(header(response, "ETag"), etag());
    EXPECT_EQ(parsed(response).at("state"), "draft");
}

TEST_F(EditCampaign, NullRemovesAndMapsAreMerged) {
    auto body = email_campaign();
    body["variables"] = {{"a", "1"}, {"b", "2"}};
    body["created_by"] = "ann";
    body["style"] = "personal";
    ASSERT_EQ(create(body).status, 201);
    ASSERT_EQ(patch(R"({"variables":{"a":null,"c":3},"created_by":null,"style":null})").status, 200);
    EXPECT_EQ(store.only().variables, (Variables{{"b", "2"}, {"c", "3"}}));
    EXPECT_EQ(store.only().created_by, std::nullopt);
    EXPECT_EQ(store.only().style, Style::plain);
    ASSERT_EQ(patch(R"({"variables":null,"body_html":null,"body_text":"Hi"})").status, 200);
    EXPECT_TRUE(store.only().variables.empty());
    EXPECT_EQ(store.only().body, (Body{Body::Format::text, "Hi"}));
}

TEST_F(EditCampaign, AnotherChannelBringsItsOwnDefaults) {
    given_campaign();
    EXPECT_EQ(mistakes(patch(R"({"channel":"in_app"})")), (Mistakes{{"/subject", "not_allowed"}}));
    ASSERT_EQ(patch(R"({"channel":"in_app","subject":null})").status, 200);
    EXPECT_FALSE(store.only().track_event);
    ASSERT_EQ(patch(R"({"channel":"email","subject":"Hi"})").status, 200);
    EXPECT_TRUE(store.only().track_event);
}

TEST_F(EditCampaign, EveryMistakeOfTheResultIsNamedAtOnce) {
    given_campaign();
    const auto before = store.only();
    const auto response = patch(
        R"({"name":"","subject":"a\nb","body_text":"x","style":"bold","audience":{},"client_ref":"r","launch":true,
            "colour":1})");
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(mistakes(response), (Mistakes{{"/audience", "not_allowed"},
                                            {"/client_ref", "not_allowed"},
                                            {"/launch", "not_allowed"},
                                            {"/name", "too_short"},
                                            {"/subject", "invalid_value"},
                                            {"", "exactly_one_of"},
                                            {"/style", "invalid_value"},
                                            {"/colour", "unknown_field"}}));
    EXPECT_EQ(mistakes(patch(R"({"name":null,"channel":null})")),
              (Mistakes{{"/name", "required"}, {"/channel", "required"}}));
    EXPECT_EQ(mistakes(patch("[]")), (Mistakes{{"", "wrong_type"}}));
    EXPECT_EQ(patch("{").status, 400);
    EXPECT_EQ(patch("{}", {{"Content-Type", "application/json-patch+json"}}).status, 415);
    EXPECT_EQ(store.only(), before);
}

// A field of a creation is either taken by a patch or refused by name.
TEST_F(EditCampaign, KnowsEveryFieldOfACreation) {
    auto body = email_campaign();
    body["style"] = "personal";
    body["variables"] = {{"a", "1"}};
    body["metadata"] = {{"a", "1"}};
    body["track_event"] = false;
    body["max_per_minute"] = 60;
    body["create_missing_contacts"] = true;
    body["created_by"] = "ann";
    body["expires_at"] = "2026-12-01T00:00:00Z";
    body["sender"] = {{"email", "bob@acme.example"}};
    ASSERT_EQ(create(body).status, 201);
    const auto creation = api::creation_of(store.only());
    boost::mp11::mp_for_each<api::members_of<api::CampaignBody>>([&](auto member) {
        const std::string_view name = member.name;
        if (creation.contains(name)) return;
        if (name == "body_text" || name == "delivery_policy" || name == "time_zone")
            return;  // the other body; the only policy; of a local time
        EXPECT_EQ(
            mistakes(patch(json::serialize(json::object{{json::string_view(name), true}})))["/" + std::string(name)],
            "not_allowed")
            << name;
    });
    ASSERT_EQ(patch("{}").status, 200);
    EXPECT_EQ(api::creation_of(store.only()), creation);
}

TEST_F(EditCampaign, ASenderIsReplacedWholeAndConfirmed) {
    given_campaign();
    ASSERT_EQ(patch(R"({"sender":{"email":"bob@acme.example"}})").status, 200);
    EXPECT_EQ(store.only().sender, (Sender{7, "bob@acme.example", true}));
    ASSERT_EQ(patch(R"({"sender":{"admin_id":991267816}})").status, 200);
    EXPECT_EQ(store.only().sender, (Sender{991267816, {}, true}));
    EXPECT_EQ(code(patch(R"({"sender":{"admin_id":1}})")), "sender_not_an_admin");
    ASSERT_EQ(patch(R"({"sender":null})").status, 200);
    EXPECT_EQ(store.only().sender, (Sender{991267816, {}, true}));
    const auto asked = admins.asked;
    ASSERT_EQ(patch(R"({"name":"x"})").status, 200);
    EXPECT_EQ(admins.asked, asked);
}

TEST_F(EditCampaign, IfMatchHoldsTheEditToWhatTheCallerSaw) {
    given_campaign();
    const auto seen = etag();
    const auto changed = patch(R"({"name":"A"})", {{"If-Match", seen}});
    EXPECT_EQ(changed.status, 200);
    const auto refused = patch(R"({"name":"B"})", {{"If-Match", seen}});
    EXPECT_EQ(refused.status, 412);
    EXPECT_EQ(code(refused), "precondition_failed");
    EXPECT_EQ(header(refused, "ETag"), header(changed, "ETag"));
    EXPECT_EQ(store.only().name, "A");
    EXPECT_EQ(patch(R"({"name":"C"})", {{"If-Match", "W/" + etag()}}).status, 412);  // a strong comparison
    EXPECT_EQ(patch(R"({"name":"C"})", {{"If-Match", "\"x\", " + etag()}}).status, 200);
    EXPECT_EQ(patch(R"({"name":"D"})", {{"If-Match", "*"}}).status, 200);
    EXPECT_EQ(patch(R"({"name":"E"})").status, 200);
    const auto moved = etag();
    store.only().counts[DeliveryState::queued] += 1;  // an upload
    EXPECT_NE(etag(), moved);
}

TEST_F(EditCampaign, AnEditBetweenReadingAndWritingIsMergedInto) {
    given_campaign();
    store.before_write = [&, first = true]() mutable {
        if (!std::exchange(first, false)) return;
        store.only().metadata = {{"by", "somebody else"}};
        ++store.only().version;
    };
    EXPECT_EQ(patch(R"({"name":"Mine"})").status, 200);
    EXPECT_EQ(store.only().name, "Mine");
    EXPECT_EQ(store.only().metadata.at("by"), "somebody else");

    const auto seen = etag();
    store.before_write = [&, first = true]() mutable {
        if (std::exchange(first, false)) ++store.only().version, store.only().name = "Theirs";
    };
    EXPECT_EQ(patch(R"({"subject":"Mine"})", {{"If-Match", seen}}).status, 412);
    EXPECT_EQ(store.only().name, "Theirs");

    store.before_write = [&] { ++store.only().version; };  // without end
    EXPECT_EQ(patch(R"({"subject":"Mine"})").status, 409);
}

TEST_F(EditCampaign, OnlyDraftsAreEditedAndDeleted) {
    given_campaign(true);
    for (const auto& response : {patch(R"({"name":"x"})", {{"If-Match", "\"x\""}}), remove()}) {
        EXPECT_EQ(response.status, 409);
        EXPECT_EQ(code(response), "state_conflict");
        EXPECT_NE(parsed(response).at("detail").as_string().find("the campaign is running: only "), json::string::npos);
    }
    EXPECT_EQ(send("PATCH", "/v1/campaigns/cmp_01kark6w0v3h9m2c5t7x8z4q1e", "{}").status, 404);
    EXPECT_EQ(send("DELETE", "/v1/campaigns/cmp_01kark6w0v3h9m2c5t7x8z4q1e").status, 404);
}

TEST_F(EditCampaign, ThePaceOfALaunchedCampaignIsChangedAndNothingElse) {
    given_campaign(true);
    for (const auto state : {CampaignState::running, CampaignState::paused, CampaignState::scheduled}) {
        store.only().state = state;
        const auto response = patch(R"({"max_per_minute":600})");
        ASSERT_EQ(response.status, 200) << response.body;
        EXPECT_EQ(parsed(response).at("max_per_minute").as_int64(), 600);
        EXPECT_EQ(store.only().max_per_minute, 600);
        EXPECT_EQ(patch("{}").status, 200);
        EXPECT_EQ(store.only().max_per_minute, 600) << "what is absent stays";
        EXPECT_EQ(mistakes(patch(R"({"max_per_minute":0})")), (Mistakes{{"/max_per_minute", "invalid_value"}}));
        EXPECT_EQ(mistakes(patch("[]")), (Mistakes{{"", "wrong_type"}}));
        const auto refused = patch(R"({"max_per_minute":1,"name":"x","subject":null})");
        EXPECT_EQ(refused.status, 409);
        EXPECT_EQ(
            parsed(refused).at("detail").as_string(),
            "the campaign is " + std::string(name(state)) + ": only max_per_minute may be changed, not name, subject");
        ASSERT_EQ(patch(R"({"max_per_minute":null})").status, 200);
        EXPECT_EQ(store.only().max_per_minute, std::nullopt);
        EXPECT_EQ(store.only().state, state);
    }
    for (const auto state : {CampaignState::completed, CampaignState::cancelled}) {
        store.only().state = state;
        EXPECT_EQ(patch(R"({"max_per_minute":1})").status, 409);
    }
}

TEST_F(EditCampaign, AChangeOfThePaceIsHeldToIfMatchAndRepeatedSafely) {
    given_campaign(true);
    EXPECT_EQ(patch(R"({"max_per_minute":1})", {{"If-Match", "\"x\""}}).status, 412);
    const auto first = patch(R"({"max_per_minute":1})", {{"If-Match", etag()}, {"Idempotency-Key", "k"}});
    ASSERT_EQ(first.status, 200) << first.body;
    ASSERT_EQ(patch(R"({"max_per_minute":2})").status, 200);
    const auto again = patch(R"({"max_per_minute":1})", {{"Idempotency-Key", "k"}});
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(store.only().max_per_minute, 2);
    const auto seen = etag();
    store.before_write = [&] { ++store.only().counts[DeliveryState::accepted]; };
    EXPECT_EQ(patch(R"({"max_per_minute":3})", {{"If-Match", seen}}).status, 412) << "it changed on the way";
    EXPECT_EQ(store.only().max_per_minute, 2);
}

TEST_F(EditCampaign, ADeletionAnswersWithoutContentAndOnlyOfWhatTheCallerSaw) {
    given_campaign();
    const auto seen = etag();
    ASSERT_EQ(patch(R"({"name":"x"})").status, 200);
    const auto refused = remove({{"If-Match", seen}});
    EXPECT_EQ(refused.status, 412);
    EXPECT_EQ(header(refused, "ETag"), etag());
    const auto response = remove({{"If-Match", etag()}});
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.body, "");
    EXPECT_TRUE(store.campaigns.empty());
}

TEST_F(EditCampaign, ARepeatedEditOrDeletionIsAnsweredAsTheFirst) {
    given_campaign();
    const auto where = path();
    const api::Headers key{{"Idempotency-Key", "k"}};
    const auto first = patch(R"({"name":"x"})", key);
    ASSERT_EQ(patch(R"({"name":"y"})").status, 200);
    const auto again = patch(R"({"name":"x"})", key);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(store.only().name, "y");
    EXPECT_EQ(code(patch(R"({"name":"z"})", key)), "key_reused");

    EXPECT_EQ(send("DELETE", where, {}, key).status, 204);
    const auto gone = send("DELETE", where, {}, key);
    EXPECT_EQ(gone.status, 204);
    EXPECT_EQ(header(gone, "Idempotent-Replayed"), "true");
    EXPECT_EQ(send("DELETE", where).status, 404);
}

TEST(MergePatch, DoesWhatTheAppendixOfTheStandardShows) {
    struct Case {
        const char *target, *patch, *result;
    };
    for (const auto& [target, patch, result] :
         std::initializer_list<Case>{{R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
                                     {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
                                     {R"({"a":"b"})", R"({"a":null})", R"({})"},
                                     {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
                                     {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
                                     {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
                                     {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
                                     {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
                                     {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
                                     {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
                                     {R"({"a":"foo"})", R"(null)", R"(null)"},
                                     {R"({"e":null})", R"({"a":1})", R"({"a":1,"e":null})"},
                                     {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
                                     {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"}}) {
        auto value = json::parse(target);
        api::merge_patch(value, json::parse(patch));
        EXPECT_EQ(value, json::parse(result)) << target << " " << patch;
    }
}

}  // namespace
}  // namespace herald
