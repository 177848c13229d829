// Audiences by segment and filter, and people who are created.

#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using test::Mistakes;
namespace json = boost::json;

class Audience : public test::ApiTest {
 protected:
    static json::object with(const std::string& audience) {
        auto body = email_campaign();
        body["audience"] = json::parse(audience);
        return body;
    }
    static std::string filtered(const std::string& filter) { return R"({"filter":)" + filter + "}"; }
    Mistakes mistakes_of(const std::string& filter) {
        const auto response = create(with(filtered(filter)));
        EXPECT_EQ(response.status, 422) << response.body;
        return response.status == 422 ? mistakes(response) : Mistakes{};
    }
    const AudienceQuery& query(std::size_t i = 0) { return store.only().sources.at(i).query; }
};

TEST_F(Audience, TakesASegmentAFilterAndNamedPeopleTogether) {
    auto body = with(R"({"contacts":[{"id":"a"}],"segment_id":"s1","filter":{"custom_attributes.tier":"gold"}})");
    body["launch"] = true;
    const auto response = create(body);
    ASSERT_EQ(response.status, 201) << response.body;
    EXPECT_EQ(query(0), AudienceQuery(SegmentId{"s1"}));
    EXPECT_EQ(
        query(1),
        AudienceQuery(Filter::all({Filter::where("custom_attributes.tier", FilterOp::eq, {std::string("gold")})})));
    EXPECT_EQ(store.audiences.at(0).size(), 1U);
    EXPECT_EQ(searching.checked.size(), 2U);
    const auto sources = parsed(response).at("audience_sources");
    EXPECT_EQ(sources.at(0),
              json::parse(R"({"kind":"segment","segment_id":"s1","state":"pending","found":0,"added":0})"));
    EXPECT_EQ(sources.at(1).at("filter"),
              json::parse(R"({"all":[{"field":"custom_attributes.tier","op":"eq","value":"gold"}]})"));
}

TEST_F(Audience, TakesTheTreeOfConditions) {
    const std::string tree = R"({"all":[{"field":"tier","op":"in","value":["a","b"]},
        {"any":[{"field":"vip","op":"eq","value":true},{"field":"orders","op":"gte","value":3},
                {"field":"balance","op":"lt","value":1.5}]}]})";
    const auto response = create(with(filtered(tree)));
    ASSERT_EQ(response.status, 201) << response.body;
    EXPECT_EQ(parsed(response).at("audience_sources").at(0).at("filter"), json::parse(tree));
    ASSERT_EQ(create(with(filtered(R"({"field":"email","op":"ends_with","value":"@acme.example"})"))).status, 201);
}

TEST_F(Audience, ShowsHowFarEachSourceIs) {
    ASSERT_EQ(create(with(R"({"segment_id":"s1"})")).status, 201);
    auto& source = store.only().sources.at(0);
    source.state = SourceState::refused;
    source.found = 300;
    source.added = 200;
    source.reason = "Intercom has no segment s1";
    store.only().state = CampaignState::paused;
    store.only().paused_for = PauseReason::audience_refused;
    for (const auto& where : {path(), path() + "/progress"}) {
        const auto view = parsed(get(where));
        EXPECT_EQ(view.at("pause_reason").as_string(), "audience_refused");
        EXPECT_EQ(view.at("audience_sources").at(0),
                  json::parse(R"({"kind":"segment","segment_id":"s1","state":"refused","found":300,"added":200,
                                  "reason":"Intercom has no segment s1"})"));
    }
}

TEST_F(Audience, NamesEveryMistakeOfATreeAtItsPlace) {
    EXPECT_EQ(mistakes_of(R"({"all":[{"field":"email","op":"gt","value":"a"},
                                     {"any":[{"field":"created_at","op":"gte","value":1},
                                             {"field":"a.b","op":"eq","value":1}]},
                                     {"field":"has_hard_bounced","op":"eq","value":"yes"},
                                     {"field":"tier","op":"exists","value":true}]})"),
              (Mistakes{{"/audience/filter/all/0/op", "not_searchable"},
                        {"/audience/filter/all/1/any/0/op", "not_searchable"},
                        {"/audience/filter/all/1/any/1/field", "not_searchable"},
                        {"/audience/filter/all/2/value", "not_searchable"},
                        {"/audience/filter/all/3/op", "not_searchable"}}));
    EXPECT_TRUE(searching.checked.empty());
}

TEST_F(Audience, NamesWhatIsNoTree) {
    EXPECT_EQ(mistakes_of(R"({"all":[{"op":"eq"},{"field":1,"op":"like","value":"x"},{"field":"a","op":"eq"},7,
                                     {"field":"a","op":"in","value":"x"},{"field":"a","value":[1]},
                                     {"field":"a","op":"eq","value":null,"not":true},{"all":[],"any":[]},
                                     {"all":{}}]})"),
              (Mistakes{{"/audience/filter/all/0", "exactly_one_of"},
                        {"/audience/filter/all/1/field", "wrong_type"},
                        {"/audience/filter/all/1/op", "invalid_value"},
                        {"/audience/filter/all/2/value", "required"},
                        {"/audience/filter/all/3", "wrong_type"},
                        {"/audience/filter/all/4/value", "wrong_type"},
                        {"/audience/filter/all/5/op", "required"},
                        {"/audience/filter/all/5/value", "wrong_type"},
                        {"/audience/filter/all/6/not", "unknown_field"},
                        {"/audience/filter/all/6/value", "wrong_type"},
                        {"/audience/filter/all/7", "exactly_one_of"},
                        {"/audience/filter/all/8/all", "wrong_type"}}));
}

TEST_F(Audience, NamesTheMistakesOfAMap) {
    EXPECT_EQ(mistakes_of("{}"), (Mistakes{{"/audience/filter", "not_searchable"}}));
    EXPECT_EQ(mistakes_of("[]"), (Mistakes{{"/audience/filter", "wrong_type"}}));
    EXPECT_EQ(mistakes_of(R"({"email":["a"],"name":null})"),
              (Mistakes{{"/audience/filter/email", "wrong_type"}, {"/audience/filter/name", "wrong_type"}}));
    EXPECT_EQ(
        mistakes_of(R"({"created_at":"today","a/b.c":1})"),
        (Mistakes{{"/audience/filter/created_at", "not_searchable"}, {"/audience/filter/a~1b.c", "not_searchable"}}));
    std::string wide = "{";
    for (int i = 0; i < 16; ++i) wide += (i > 0 ? "," : "") + ("\"a" + std::to_string(i)) + "\":1";
    EXPECT_EQ(mistakes_of(wide + "}"), (Mistakes{{"/audience/filter", "not_searchable"}}));
}

TEST_F(Audience, AnAudienceHasAtLeastOneSource) {
    EXPECT_EQ(mistakes(create(with("{}"))), (Mistakes{{"/audience", "required"}}));
    EXPECT_EQ(mistakes(create(with(R"({"contacts":[],"upload":1})"))),
              (Mistakes{{"/audience/contacts", "too_few"}, {"/audience/upload", "unknown_field"}}));
    EXPECT_EQ(mistakes(create(with(R"({"segment_id":"a b"})"))), (Mistakes{{"/audience/segment_id", "invalid_value"}}));
    EXPECT_EQ(mistakes(create(with(R"({"segment_id":""})"))), (Mistakes{{"/audience/segment_id", "too_short"}}));
}

TEST_F(Audience, WhatIntercomDoesNotKnowIsRefusedWithItsWordsAtItsPlace) {
    searching.fails = Error{Errc::content_rejected, "Intercom answered 400: 'custom_attributes.teir' is not a field"};
    const auto response = create(
        with(filtered(R"({"all":[{"field":"email","op":"eq","value":"a"},{"field":"teir","op":"eq","value":"b"}]})")));
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(code(response), "audience_refused");
    EXPECT_EQ(mistakes(response), (Mistakes{{"/audience/filter/all/1/field", "not_searchable"}}));
    EXPECT_NE(response.body.find("is not a field"), std::string::npos);
    EXPECT_EQ(mistakes(create(with(filtered(R"({"name":"a","custom_attributes.teir":"b"})")))),
              (Mistakes{{"/audience/filter/custom_attributes.teir", "not_searchable"}}));
    searching.fails = Error{Errc::content_rejected, "Intercom answered 400: the value is invalid"};
    EXPECT_EQ(mistakes(create(with(filtered(R"({"id":"a"})")))), (Mistakes{{"/audience/filter", "not_searchable"}}));
    EXPECT_EQ(mistakes(create(with(R"({"segment_id":"s"})"))), (Mistakes{{"/audience/segment_id", "not_searchable"}}));
    EXPECT_TRUE(store.campaigns.empty());
}

TEST_F(Audience, WhenIntercomCannotBeAskedTheCampaignIsTaken) {
    for (const auto why : {Errc::upstream_unavailable, Errc::credential, Errc::not_executed, Errc::outcome_unknown,
                           Errc::rate_limited, Errc::deadline_exceeded}) {
        searching.fails = Error{why, "x"};
        EXPECT_EQ(create(with(R"({"segment_id":"s"})")).status, 201) << name(why);
    }
    EXPECT_LE(searching.deadline.at - clock.now(), std::chrono::seconds(5));
}

TEST_F(Audience, NobodyIsAskedWhenEverybodyIsNamed) {
    given_campaign();
    EXPECT_TRUE(searching.checked.empty());
    EXPECT_FALSE(parsed(get(path())).as_object().contains("audience_sources"));
    EXPECT_FALSE(parsed(get(path())).at("create_missing_contacts").as_bool());
}

TEST_F(Audience, MissingContactsAreCreatedWhenAskedFor) {
    auto body = email_campaign();
    body["create_missing_contacts"] = true;
    EXPECT_TRUE(parsed(create(body)).at("create_missing_contacts").as_bool());
    EXPECT_TRUE(store.only().create_missing_contacts);
    body["create_missing_contacts"] = 1;
    EXPECT_EQ(mistakes(create(body)), (Mistakes{{"/create_missing_contacts", "wrong_type"}}));
}

}  // namespace
}  // namespace herald
