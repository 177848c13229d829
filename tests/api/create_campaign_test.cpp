// What a creation takes, and every rule it can break.

#include <functional>

#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;
using test::Mistakes;
namespace json = boost::json;

class CreateCampaign : public test::ApiTest {
 protected:
    // The mistakes of a good email campaign after `edit`.
    Mistakes after(const std::function<void(json::object&)>& edit, json::object body = email_campaign()) {
        edit(body);
        const auto response = create(body);
        EXPECT_EQ(response.status, 422) << response.body;
        EXPECT_EQ(code(response), "validation_failed");
        EXPECT_TRUE(store.campaigns.empty());
        return response.status == 422 ? mistakes(response) : Mistakes{};
    }
    Mistakes with(std::string_view member, json::value value) {
        return after([&](json::object& body) { body[member] = std::move(value); });
    }
    Mistakes with_contact(std::string_view contact) {
        return after([&](json::object& body) {
            body["audience"].as_object()["contacts"].as_array()[1] = json::parse(json::string_view(contact));
        });
    }
};

TEST_F(CreateCampaign, StoresWhatWasSentAndSaysWhereItIs) {
    auto body = email_campaign();
    body["variables"] = json::parse(R"({"product":"Acme","seats":5,"ratio":2.5,"beta":true})");
    body["metadata"] = json::parse(R"({"team":"cs"})");
    body["client_ref"] = "crm-1";
    body["created_by"] = "ann";
    body["style"] = "personal";
    body["max_per_minute"] = nullptr;
    const auto response = create(body);

    ASSERT_EQ(response.status, 201) << response.body;
    const auto& campaign = store.only();
    EXPECT_EQ(header(response, "Location"), "/v1/campaigns/" + campaign.id.value);
    EXPECT_FALSE(header(response, "ETag").empty());
    EXPECT_TRUE(is_id("cmp", campaign.id.value));
    EXPECT_EQ(campaign.workspace.value, "acme");
    EXPECT_EQ(campaign.subject, "Hi {{name}}");
    EXPECT_EQ(campaign.body, (Body{Body::Format::html, "<p>Hi</p>"}));
    EXPECT_EQ(campaign.style, Style::personal);
    EXPECT_EQ(campaign.variables, (Variables{{"product", "Acme"}, {"seats", "5"}, {"ratio", "2.5"}, {"beta", "true"}}));
    EXPECT_TRUE(campaign.track_event);
    EXPECT_EQ(campaign.created_at, clock.wall_now());
    EXPECT_EQ(store.audiences.at(0), (std::vector<Recipient>{{{ContactRef::Kind::external_id, "c-1"}, {}},
                                                             {{ContactRef::Kind::email, "b@x.org"}, {}}}));
    const auto view = parsed(response);
    EXPECT_EQ(view.at("state").as_string(), "draft");
    EXPECT_EQ(view.at("delivery_policy").as_string(), "at_most_once");
    EXPECT_EQ(view.at("audience_size").as_int64(), 2);
    EXPECT_EQ(view.at("metadata"), json::parse(R"({"team":"cs"})"));
}

TEST_F(CreateCampaign, WithLaunchBeginsAtOnceAndWakesTheSendingLoop) {
    given_campaign(true);
    EXPECT_EQ(store.only().state, CampaignState::running);
}

TEST_F(CreateCampaign, InAppNeedsNoSubjectAndTracksNoEvent) {
    ASSERT_EQ(create(in_app_campaign()).status, 201);
    EXPECT_FALSE(store.only().track_event);
}

TEST_F(CreateCampaign, NamesEveryMissingFieldAtOnce) {
    const auto response = create(json::object{});
    EXPECT_EQ(
        mistakes(response),
        (Mistakes{
            {"/name", "required"}, {"/channel", "required"}, {"/template_type", "required"}, {"", "exactly_one_of"}}));
}

TEST_F(CreateCampaign, NamesMistakesOfEveryKindAtOnce) {
    const auto response = create(json::parse(R"({"name":7,"channel":"fax","template_type":"x","subject":"a\nb",
        "body_html":"{{ a | upcase }}","audience":{"contacts":[{"email":"no at sign"},{},{"id":"1","email":"a@b.c"}]},
        "surprise":1,"scheduled_at":"soon"})"));
    EXPECT_EQ(mistakes(response), (Mistakes{{"/name", "wrong_type"},
                                            {"/channel", "invalid_value"},
                                            {"/template_type", "invalid_value"},
                                            {"/subject", "invalid_value"},
                                            {"/body_html", "template_error"},
                                            {"/audience/contacts/0/email", "invalid_value"},
                                            {"/audience/contacts/1", "exactly_one_of"},
                                            {"/audience/contacts/2", "exactly_one_of"},
                                            {"/surprise", "unknown_field"},
                                            {"/scheduled_at", "invalid_value"}}));
    EXPECT_EQ(parsed(response).at("detail").as_string(), "10 mistakes");
}

TEST_F(CreateCampaign, RefusesByNameWhatThisVersionDoesNotHave) {
    EXPECT_EQ(with("delivery_policy", "at_least_once"), (Mistakes{{"/delivery_policy", "not_supported_yet"}}));
}

TEST_F(CreateCampaign, APaceIsAWholeNumberOfMessagesAMinute) {
    for (const std::int64_t pace : {0, -1, 100'001})
        EXPECT_EQ(with("max_per_minute", pace), (Mistakes{{"/max_per_minute", "invalid_value"}})) << pace;
    EXPECT_EQ(with("max_per_minute", 1.5), (Mistakes{{"/max_per_minute", "wrong_type"}}));
    EXPECT_EQ(with("max_per_minute", "60"), (Mistakes{{"/max_per_minute", "wrong_type"}}));
    EXPECT_EQ(with("max_per_minute", 18'446'744'073'709'551'615ULL), (Mistakes{{"/max_per_minute", "wrong_type"}}));
    for (const std::int64_t pace : {1, 6'000, 100'000}) {
        auto body = email_campaign();
        body["max_per_minute"] = pace;
        const auto response = create(body);
        ASSERT_EQ(response.status, 201) << response.body;
        EXPECT_EQ(parsed(response).at("max_per_minute").as_int64(), pace);
    }
    EXPECT_EQ(store.campaigns.front().max_per_minute, 1);
}

TEST_F(CreateCampaign, WithoutAPaceNoneIsShown) {
    EXPECT_TRUE(parsed(create(email_campaign())).at("max_per_minute").is_null());
}

TEST_F(CreateCampaign, TakesNullForAbsent) {
    auto body = email_campaign();
    for (const auto* member : {"body_text", "sender", "client_ref", "scheduled_at", "max_per_minute", "launch"})
        body[member] = nullptr;
    EXPECT_EQ(create(body).status, 201);
}

TEST_F(CreateCampaign, BoundsEveryLength) {
    const std::string long_text(256, 'x');
    for (const auto* member : {"name", "client_ref", "created_by"}) {
        EXPECT_EQ(with(member, json::string(long_text)), (Mistakes{{std::string("/") + member, "too_long"}}));
        EXPECT_EQ(with(member, ""), (Mistakes{{std::string("/") + member, "too_short"}}));
    }
    EXPECT_EQ(with("subject", json::string(std::string(501, 'x'))), (Mistakes{{"/subject", "too_long"}}));
    EXPECT_EQ(with("body_html", json::string(std::string(256UL * 1024 + 1, 'x'))),
              (Mistakes{{"/body_html", "too_long"}}));
    EXPECT_EQ(with("variables", {{"a", json::string(std::string(4097, 'x'))}}),
              (Mistakes{{"/variables/a", "too_long"}}));
    EXPECT_EQ(with("metadata", {{"a/b", json::string(std::string(4097, 'x'))}}),
              (Mistakes{{"/metadata/a~1b", "too_long"}}));
    json::object many;
    for (int i = 0; i < 51; ++i) many[std::to_string(i)] = "x";
    EXPECT_EQ(with("variables", many), (Mistakes{{"/variables", "too_many"}}));
    EXPECT_EQ(with("metadata", many), (Mistakes{{"/metadata", "too_many"}}));
}

TEST_F(CreateCampaign, CountsCharactersNotBytes) {
    std::string umlauts;
    for (int i = 0; i < 255; ++i) umlauts += "ü";
    auto body = email_campaign();
    body["name"] = umlauts;
    EXPECT_EQ(create(body).status, 201);
}

TEST_F(CreateCampaign, TakesOneToTenThousandContacts) {
    EXPECT_EQ(with("audience", {{"contacts", json::array{}}}), (Mistakes{{"/audience/contacts", "too_few"}}));
    EXPECT_EQ(with("audience", json::object{}), (Mistakes{{"/audience", "required"}}));
    json::array contacts(10'001, json::value{{"external_id", "c"}});
    EXPECT_EQ(with("audience", {{"contacts", contacts}}), (Mistakes{{"/audience/contacts", "too_many"}}));
    contacts.pop_back();
    auto body = email_campaign();
    body["audience"] = {{"contacts", contacts}};
    EXPECT_EQ(create(body).status, 201);
    EXPECT_EQ(worker.runs, 2);  // large bodies are read away from the event loop
}

TEST_F(CreateCampaign, ReportsTheFirstThousandOfVeryManyMistakes) {
    auto body = email_campaign();
    body["audience"] = {{"contacts", json::array(5'000, json::object{})}};
    const auto view = parsed(create(body));
    EXPECT_EQ(view.at("errors").as_array().size(), 1'000U);
    EXPECT_EQ(view.at("detail").as_string(), "5000 mistakes, the first 1000 are listed");
}

TEST_F(CreateCampaign, WantsExactlyOneReferenceOfEveryContact) {
    EXPECT_EQ(with_contact("{}"), (Mistakes{{"/audience/contacts/1", "exactly_one_of"}}));
    EXPECT_EQ(with_contact(R"({"id":"1","external_id":"2"})"), (Mistakes{{"/audience/contacts/1", "exactly_one_of"}}));
    EXPECT_EQ(with_contact(R"({"external_id":"1","name":"x"})"),
              (Mistakes{{"/audience/contacts/1/name", "unknown_field"}}));
    EXPECT_EQ(with_contact(R"({"external_id":7})"), (Mistakes{{"/audience/contacts/1/external_id", "wrong_type"}}));
    EXPECT_EQ(with_contact(R"({"id":"../x"})"), (Mistakes{{"/audience/contacts/1/id", "invalid_value"}}));
    EXPECT_EQ(with_contact(R"({"external_id":"1","variables":{"a":[]}})"),
              (Mistakes{{"/audience/contacts/1/variables/a", "wrong_type"}}));
    EXPECT_EQ(with_contact("7"), (Mistakes{{"/audience/contacts/1", "wrong_type"}}));
}

TEST_F(CreateCampaign, KnowsTheShapeOfAnEmailAddress) {
    for (const std::string bad : {"x", "@x.org", "a@", "a@b", "a@.org", "a@b..org", "a b@x.org", "a@b@x.org",
                                  "a@-b.org", "a@b.org ", "<a@b.org>", "a@b_c.org", "a\\n@b.org"})
        EXPECT_EQ(with_contact(R"({"email":")" + bad + R"("})"),
                  (Mistakes{{"/audience/contacts/1/email", "invalid_value"}}))
            << bad;
    for (const std::string good : {"a@b.org", "a.b+c@sub.b-c.org", "A@B.ORG", "o'neil@x.org", "ä@bücher.example"}) {
        auto body = email_campaign();
        body["audience"] = {{"contacts", {{{"email", good}}}}};
        EXPECT_EQ(create(body).status, 201) << good;
    }
}

TEST_F(CreateCampaign, RefusesInAppWhatOnlyAnEmailHas) {
    EXPECT_EQ(after(
                  [](json::object& body) {
                      body["subject"] = "x";
                      body["style"] = "plain";
                      body["track_event"] = true;
                  },
                  in_app_campaign()),
              (Mistakes{{"/subject", "not_allowed"}, {"/style", "not_allowed"}, {"/track_event", "not_allowed"}}));
}

TEST_F(CreateCampaign, NeedsASubjectOfOneLineForAnEmail) {
    EXPECT_EQ(after([](json::object& body) { body.erase("subject"); }), (Mistakes{{"/subject", "required"}}));
    EXPECT_EQ(with("subject", "a\rb"), (Mistakes{{"/subject", "invalid_value"}}));
}

TEST_F(CreateCampaign, NeedsExactlyOneBody) {
    EXPECT_EQ(with("body_text", "x"), (Mistakes{{"", "exactly_one_of"}}));
    EXPECT_EQ(after([](json::object& body) { body.erase("body_html"); }), (Mistakes{{"", "exactly_one_of"}}));
}

TEST_F(CreateCampaign, NamesEveryMistakeOfTheTemplatesWithItsPlace) {
    auto body = email_campaign();
    body["subject"] = "{{ a";
    body["body_html"] = "ab{% if x %}";
    const auto response = create(body);
    EXPECT_EQ(mistakes(response), (Mistakes{{"/subject", "template_error"}, {"/body_html", "template_error"}}));
    EXPECT_NE(response.body.find("at byte 2"), std::string::npos) << response.body;
}

TEST_F(CreateCampaign, RefusesValuesOfTheWrongType) {
    EXPECT_EQ(with("track_event", "yes"), (Mistakes{{"/track_event", "wrong_type"}}));
    EXPECT_EQ(with("sender", {{"admin_id", "7"}}), (Mistakes{{"/sender/admin_id", "wrong_type"}}));
    EXPECT_EQ(with("sender", {{"admin_id", 7.5}}), (Mistakes{{"/sender/admin_id", "wrong_type"}}));
    EXPECT_EQ(with("metadata", {{"a", 1}}), (Mistakes{{"/metadata/a", "wrong_type"}}));
    EXPECT_EQ(with("style", 1), (Mistakes{{"/style", "wrong_type"}}));
    EXPECT_EQ(with("style", "loud"), (Mistakes{{"/style", "invalid_value"}}));
    EXPECT_EQ(mistakes(create(json::array{})), (Mistakes{{"", "wrong_type"}}));
}

TEST_F(CreateCampaign, WantsASenderNamedOnce) {
    EXPECT_EQ(with("sender", json::object{}), (Mistakes{{"/sender", "exactly_one_of"}}));
    EXPECT_EQ(with("sender", {{"admin_id", 7}, {"email", "bob@acme.example"}}),
              (Mistakes{{"/sender", "exactly_one_of"}}));
    EXPECT_EQ(with("sender", {{"email", "bob"}}), (Mistakes{{"/sender/email", "invalid_value"}}));
    EXPECT_EQ(with("sender", {{"admin_id", 0}}), (Mistakes{{"/sender/admin_id", "invalid_value"}}));
}

TEST_F(CreateCampaign, UsesTheConfiguredSenderOrNamesTheSettingThatIsMissing) {
    ASSERT_EQ(create(email_campaign()).status, 201);
    EXPECT_EQ(store.only().sender, (Sender{991267816, {}, true}));
    api = make_api({});
    const auto response = create(email_campaign());
    EXPECT_EQ(mistakes(response), (Mistakes{{"/sender", "sender_missing"}}));
    EXPECT_NE(response.body.find("INTERCOM_SENDER_ADMIN_ID"), std::string::npos);
}

TEST_F(CreateCampaign, VerifiesTheSenderByIdOrEmail) {
    auto body = email_campaign();
    body["sender"] = {{"admin_id", 7}};
    ASSERT_EQ(create(body).status, 201);
    body["sender"] = {{"email", "BOB@acme.example"}};
    const auto response = create(body);
    ASSERT_EQ(response.status, 201);
    EXPECT_EQ(store.campaigns.at(0).sender, (Sender{7, {}, true}));
    EXPECT_EQ(store.campaigns.at(1).sender, (Sender{7, "BOB@acme.example", true}));
    EXPECT_EQ(parsed(response).at("sender"),
              json::parse(R"({"admin_id":7,"email":"BOB@acme.example","verified":true})"));
    EXPECT_EQ(admins.asked, 1);  // remembered for a minute
}

TEST_F(CreateCampaign, RefusesASenderWhoIsNoAdmin) {
    auto body = email_campaign();
    body["sender"] = {{"admin_id", 8}};
    auto response = create(body);
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(code(response), "sender_not_an_admin");
    EXPECT_EQ(mistakes(response), (Mistakes{{"/sender/admin_id", "sender_not_an_admin"}}));
    body["sender"] = {{"email", "eve@acme.example"}};
    EXPECT_EQ(mistakes(create(body)), (Mistakes{{"/sender/email", "sender_not_an_admin"}}));
    admins.known.clear();
    clock.advance(1min);
    response = create(email_campaign());
    EXPECT_EQ(mistakes(response), (Mistakes{{"/sender", "sender_not_an_admin"}}));
    EXPECT_NE(response.body.find("INTERCOM_SENDER_ADMIN_ID"), std::string::npos);
    EXPECT_TRUE(store.campaigns.empty());
}

TEST_F(CreateCampaign, AsksAgainForAnAdminWhoMayBeNewerThanTheRememberedList) {
    auto body = email_campaign();
    body["sender"] = {{"admin_id", 8}};
    EXPECT_EQ(create(body).status, 422);
    admins.known.push_back({8, "New", "new@acme.example"});
    clock.advance(5s);
    EXPECT_EQ(create(body).status, 201);
    EXPECT_EQ(admins.asked, 2);
}

TEST_F(CreateCampaign, AcceptsAnUnverifiedSenderWhenIntercomCannotBeAsked) {
    admins.fails = Error{Errc::upstream_unavailable, "circuit open"};
    auto body = email_campaign();
    body["sender"] = {{"email", "ann@acme.example"}};
    const auto response = create(body);
    ASSERT_EQ(response.status, 201) << response.body;
    EXPECT_EQ(store.only().sender, (Sender{{}, "ann@acme.example", false}));
    EXPECT_FALSE(parsed(response).at("sender").at("verified").as_bool());
    EXPECT_LE(admins.deadline.at, clock.now() + 5s);
    EXPECT_EQ(create(email_campaign()).status, 201);
    EXPECT_EQ(admins.asked, 1);  // not again at once
}

TEST_F(CreateCampaign, RefusesWhatIsNoJsonAndSaysWhere) {
    for (const std::string bad : {"{not json", "\xff\xfe", "{\"a\":\"\xc3\"}", "{} {}", "", "nul", "[1,]",
                                  R"({"name":"a","name":"b"})", R"({"audience":{"contacts":[],"contacts":[]}})"}) {
        const auto response = send("POST", "/v1/campaigns", bad);
        EXPECT_EQ(response.status, 400) << bad;
        EXPECT_EQ(code(response), "malformed_json");
        EXPECT_NE(response.body.find("at byte"), std::string::npos) << response.body;
    }
    const auto response = send("POST", "/v1/campaigns", "{\n  \"name\": oops}");
    EXPECT_NE(response.body.find("line 2, column 11"), std::string::npos) << response.body;
}

TEST_F(CreateCampaign, TakesJsonToADepthOf64) {
    const auto nested = [](int depth) {
        return R"({"metadata":)" + std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']') + "}";
    };
    EXPECT_EQ(send("POST", "/v1/campaigns", nested(63)).status, 422);
    EXPECT_EQ(send("POST", "/v1/campaigns", nested(64)).status, 400);
}

}  // namespace
}  // namespace herald
