#include "api/idempotency.hpp"
#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using namespace test;
using namespace std::chrono_literals;

class OperationsTest : public ApiTest {
 protected:
    static json::object email() {
        return json::parse(R"({"contact":{"external_id":"client_123"},"channel":"email","subject":"Hi {{ name }}",
            "body_html":"<p>Hello {{ name }}</p>"})")
            .as_object();
    }
    api::Response post(const std::string& path, const json::value& body, api::Headers headers = {}) {
        return send("POST", path, json::serialize(body), std::move(headers));
    }
    api::Response message(const json::value& body, api::Headers headers = {}) {
        return post("/v1/messages", body, std::move(headers));
    }
    static Delivered failed(Errc code, int attempts = 1, int ambiguous = 0) {
        return {Error{code, "Intercom answered"}, attempts, ambiguous};
    }
    static api::Headers key(std::string_view value) { return {{"Idempotency-Key", std::string(value)}}; }
    std::string member(const api::Response& response, std::string_view name) {
        const auto body = parsed(response);
        return std::string(body.at(name).as_string());
    }
};

TEST_F(OperationsTest, AMessageIsRenderedSentAndKept) {
    const auto response = message(email());
    ASSERT_EQ(response.status, 201) << response.body;
    ASSERT_EQ(intercom.sent.size(), 1U);
    EXPECT_EQ(intercom.sent[0].subject, "Hi Ann");
    EXPECT_EQ(intercom.sent[0].body, "<p>Hello Ann</p>");
    EXPECT_EQ(intercom.sent[0].to.value, intercom.ann.id.value);
    EXPECT_EQ(intercom.sent[0].admin_id, 991267816);
    EXPECT_EQ(intercom.policies, std::vector{SendPolicy::at_least_once});
    EXPECT_EQ(member(response, "state"), "accepted");
    EXPECT_EQ(member(response, "intercom_message_id"), "403918000");
    EXPECT_EQ(parsed(response).at("attempts"), 1);
    EXPECT_EQ(parsed(response).at("possible_duplicate"), false);
    EXPECT_EQ(get(header(response, "Location")).body, response.body);
}

TEST_F(OperationsTest, AllMistakesOfAMessageAreNamedAtOnce) {
    const auto response = message(json::parse(R"({"contact":{"id":"a","email":"b@x.org"},"channel":"email",
        "body_html":"{{","style":"loud","sender":{"email":"nobody"},"delivery_policy":"maybe","cc":[]})"));
    ASSERT_EQ(response.status, 422);
    EXPECT_EQ(mistakes(response), (Mistakes{{"/contact", "exactly_one_of"},
                                            {"/subject", "required"},
                                            {"/body_html", "template_error"},
                                            {"/style", "invalid_value"},
                                            {"/sender/email", "invalid_value"},
                                            {"/delivery_policy", "invalid_value"},
                                            {"/cc", "unknown_field"}}));
    EXPECT_TRUE(intercom.sent.empty());
    EXPECT_TRUE(messages.messages.empty());
}

TEST_F(OperationsTest, AVariableThatNobodyKnowsIsNamed) {
    auto body = email();
    body["body_html"] = "{{ plan }} {{ seats }}";
    body["variables"] = {{"seats", 3}};
    EXPECT_EQ(mistakes(message(body)), (Mistakes{{"/variables/plan", "required"}}));
}

TEST_F(OperationsTest, EveryOutcomeOfIntercomIsAProblemOfItsOwn) {
    struct Case {
        Errc error;
        int status;
        std::string code;
    };
    for (const auto& [error, status, expected] : std::vector<Case>{{Errc::contact_not_found, 404, "contact_not_found"},
                                                                   {Errc::contact_merged, 404, "contact_not_found"},
                                                                   {Errc::unsubscribed, 422, "unsubscribed"},
                                                                   {Errc::content_rejected, 422, "content_rejected"},
                                                                   {Errc::contact_conflict, 409, "contact_conflict"},
                                                                   {Errc::credential, 502, "intercom_credential"},
                                                                   {Errc::rate_limited, 503, "intercom_rate_limited"},
                                                                   {Errc::not_executed, 503, "intercom_unreachable"},
                                                                   {Errc::upstream_unavailable, 503, "circuit_open"},
                                                                   {Errc::deadline_exceeded, 504, "deadline_exceeded"},
                                                                   {Errc::shutting_down, 503, "shutting_down"},
                                                                   {Errc::outcome_unknown, 504, "outcome_unknown"}}) {
        intercom.sends.push_back(failed(error, 1, error == Errc::outcome_unknown ? 1 : 0));
        const auto response = message(email());
        EXPECT_EQ(response.status, status) << response.body;
        EXPECT_EQ(code(response), expected);
        EXPECT_EQ(header(response, "Retry-After").empty(), status != 503) << expected;
        const auto id = member(response, "message_id");
        EXPECT_EQ(member(get("/v1/messages/" + id), "reason"), name(error));
    }
}

TEST_F(OperationsTest, ARefusalAfterAnAmbiguousAttemptLeavesTheOutcomeUnknown) {
    intercom.sends.push_back(failed(Errc::upstream_unavailable, 2, 1));
    const auto response = message(email());
    EXPECT_EQ(response.status, 504);
    EXPECT_EQ(code(response), "outcome_unknown");
    EXPECT_EQ(member(get("/v1/messages/" + member(response, "message_id")), "state"), "unknown");
}

TEST_F(OperationsTest, ARepeatedAttemptMayBeADuplicateAndTheAnswerSaysSo) {
    intercom.sends.push_back({Receipt{"7", "r"}, 3, 2});
    const auto body = parsed(message(email()));
    EXPECT_EQ(body.at("attempts"), 3);
    EXPECT_EQ(body.at("possible_duplicate"), true);
}

TEST_F(OperationsTest, ThePersonIsNotWrittenToAgainstTheRecord) {
    intercom.ann.unsubscribed_from_emails = true;
    EXPECT_EQ(code(message(email())), "unsubscribed");
    intercom.ann.unsubscribed_from_emails = false;
    intercom.ann.hard_bounced = true;
    const auto bounced = message(email());
    EXPECT_EQ(bounced.status, 422);
    EXPECT_EQ(code(bounced), "contact_suppressed");
    EXPECT_TRUE(intercom.sent.empty());
    auto in_app = json::parse(R"({"contact":{"id":"6762f2391bb69f9f2193bc19"},"channel":"in_app","body_text":"a<b"})");
    EXPECT_EQ(message(in_app).status, 201);
    EXPECT_EQ(intercom.sent.at(0).body, "a&lt;b");
}

TEST_F(OperationsTest, TheSameKeyHasOneEffectAndTheSameAnswer) {
    const auto first = message(email(), key("k"));
    const auto again = message(email(), key("k"));
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Location"), header(first, "Location"));
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(intercom.sent.size(), 1U);
    auto other = email();
    other["subject"] = "Other";
    EXPECT_EQ(code(message(other, key("k"))), "key_reused");
}

TEST_F(OperationsTest, AnUnknownOutcomeIsNeverExecutedAgainUnderItsKey) {
    intercom.sends.push_back(failed(Errc::outcome_unknown, 1, 1));
    const auto first = message(email(), key("k"));
    const auto again = message(email(), key("k"));
    EXPECT_EQ(again.status, 504);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(intercom.sent.size(), 1U);
}

TEST_F(OperationsTest, WhatWasCertainlyNotDoneFreesTheKey) {
    intercom.sends.push_back(failed(Errc::rate_limited));
    EXPECT_EQ(message(email(), key("k")).status, 503);
    EXPECT_EQ(message(email(), key("k")).status, 201);
    EXPECT_EQ(intercom.sent.size(), 2U);
}

TEST_F(OperationsTest, AKeyInUseAndAKeyOfADeadProcessAreToldApart) {
    ASSERT_EQ(message(email(), key("k")).status, 201);
    auto& record = requests.keys.begin()->second.second;
    record.state = KeyRecord::State::running;
    const auto running = message(email(), key("k"));
    EXPECT_EQ(running.status, 409);
    EXPECT_EQ(code(running), "request_running");
    EXPECT_EQ(header(running, "Retry-After"), "1");
    record.state = KeyRecord::State::interrupted;
    const auto dead = message(email(), key("k"));
    EXPECT_EQ(dead.status, 504);
    EXPECT_EQ(code(dead), "outcome_unknown");
    EXPECT_EQ(member(dead, "message_id"), record.resource);
    EXPECT_EQ(intercom.sent.size(), 1U);
}

TEST_F(OperationsTest, AStoreInTroubleAfterTheSendIsTriedAgain) {
    messages.settles_to_fail = 2;
    auto sending = start_sending("POST", "/v1/messages", json::serialize(email()), key("k"));
    EXPECT_FALSE(sending.done());
    clock.advance(1s);
    ASSERT_TRUE(sending.done());
    EXPECT_EQ(sending.get().status, 201);
    EXPECT_EQ(message(email(), key("k")).status, 201);
    EXPECT_EQ(intercom.sent.size(), 1U);
}

TEST_F(OperationsTest, AnOpenCircuitAnswersBeforeAnythingIsWrittenDown) {
    gate.now = {WaitReason::circuit_open, clock.now() + 42s, false};
    const auto response = message(email(), key("k"));
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(code(response), "circuit_open");
    EXPECT_EQ(header(response, "Retry-After"), "42");
    EXPECT_TRUE(messages.messages.empty());
    EXPECT_TRUE(requests.keys.empty());
    gate.now = {WaitReason::credential, clock.now() + 60s, false};
    EXPECT_EQ(send("PUT", "/v1/contacts/client/tags/vip").status, 502);
    gate.now = {WaitReason::rate_limit, clock.now() + 10s, false};
    EXPECT_EQ(message(email()).status, 201);
    EXPECT_EQ(message(email(), {{"Prefer", "wait=5"}}).status, 503);
}

TEST_F(OperationsTest, TheCallersPatienceIsTheDeadline) {
    message(email());
    EXPECT_EQ(intercom.deadline.at, clock.now() + 30s);
    message(email(), {{"Prefer", "respond-async, wait=\"7\"; x=1"}});
    EXPECT_EQ(intercom.deadline.at, clock.now() + 7s);
    message(email(), {{"Prefer", "wait=7"}, {"X-Request-Timeout-Ms", "2500"}});
    EXPECT_EQ(intercom.deadline.at, clock.now() + 2500ms);
    get("/v1/contacts/external_id:c", {{"Prefer", "WAIT = 600"}});
    EXPECT_EQ(intercom.deadline.at, clock.now() + 60s);
    for (const auto* wrong : {"wait=soon", "wait", "wait=0", "wait=-1", "wait=1.5"})
        EXPECT_EQ(message(email(), {{"Prefer", wrong}}).status, 400) << wrong;
    EXPECT_EQ(message(email(), {{"X-Request-Timeout-Ms", "1s"}}).status, 400);
    EXPECT_EQ(message(email(), {{"Prefer", "handling=strict"}}).status, 201);
}

TEST_F(OperationsTest, ANoteHasAnAuthor) {
    const auto path = "/v1/contacts/email:ann%40x.org/notes";
    const auto response = post(path, json::parse(R"({"body":"Call her","author":{"email":"bob@acme.example"}})"));
    ASSERT_EQ(response.status, 201) << response.body;
    EXPECT_EQ(intercom.notes.at(0).admin_id, 7);
    EXPECT_EQ(member(response, "body_html"), "<p>Call her</p>");
    EXPECT_EQ(mistakes(post(path, json::object{})), (Mistakes{{"/body", "required"}}));
    EXPECT_EQ(mistakes(post(path, {{"body", "x"}, {"author", {{"admin_id", 5}}}})),
              (Mistakes{{"/author/admin_id", "sender_not_an_admin"}}));
    api = make_api({});
    EXPECT_EQ(mistakes(post(path, {{"body", "x"}})), (Mistakes{{"/author", "sender_missing"}}));
}

TEST_F(OperationsTest, AnAmbiguousNoteIsUnknownAndItsKeyIsSpent) {
    intercom.fails = Error{Errc::outcome_unknown, "Intercom answered 502"};
    const auto path = "/v1/contacts/6762f2391bb69f9f2193bc19/notes";
    EXPECT_EQ(post(path, {{"body", "x"}}, key("n")).status, 504);
    intercom.fails.reset();
    EXPECT_EQ(post(path, {{"body", "x"}}, key("n")).status, 504);
    EXPECT_EQ(intercom.notes.size(), 1U);
    EXPECT_EQ(post(path, {{"body", "x"}}).status, 201);
}

TEST_F(OperationsTest, AnEventHasATimeBeforeItIsTried) {
    const auto response = post("/v1/events", json::parse(R"({"contact":{"email":"ann@x.org"},"event_name":"used",
        "created_at":"2026-11-20T10:00:00.5+01:00","metadata":{"n":1.0,"f":1.5,"b":true,"t":"x","z":null}})"));
    ASSERT_EQ(response.status, 202) << response.body;
    EXPECT_EQ(member(response, "created_at"), "2026-11-20T09:00:00.000Z");
    EXPECT_EQ(parsed(response).at("metadata"), json::parse(R"({"n":1,"f":1.5,"b":true,"t":"x","z":null})"));
    clock.jump_wall(1500ms);
    post("/v1/events", json::parse(R"({"contact":{"email":"ann@x.org"},"event_name":"used"})"));
    EXPECT_EQ(intercom.events.at(1).at, std::chrono::floor<seconds>(clock.wall_now()));
}

TEST_F(OperationsTest, TheEleventhKeyOfAnEventIsRefusedAndNotDropped) {
    json::object metadata;
    for (int i = 0; i < 11; ++i) metadata["k" + std::to_string(i)] = i;
    const auto response =
        post("/v1/events", {{"contact", {{"id", "a"}}}, {"metadata", metadata}, {"created_at", "now"}});
    EXPECT_EQ(mistakes(response),
              (Mistakes{{"/event_name", "required"}, {"/metadata", "too_many"}, {"/created_at", "invalid_value"}}));
    EXPECT_EQ(
        mistakes(post("/v1/events", json::parse(R"({"contact":{"id":"a"},"event_name":"e","metadata":{"k":[1]}})"))),
        (Mistakes{{"/metadata/k", "wrong_type"}}));
}

TEST_F(OperationsTest, AContactIsShownWithItsAttributes) {
    const auto response = get("/v1/contacts/external_id:client_123");
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(member(response, "id"), intercom.ann.id.value);
    EXPECT_EQ(parsed(response).at("custom_attributes"),
              json::parse(R"({"note":null,"orders":3,"tier":"gold","vip":true})"));
    intercom.known = false;
    EXPECT_EQ(code(get("/v1/contacts/external_id:client_123")), "contact_not_found");
}

TEST_F(OperationsTest, DataIsErasedUnderEveryNameThatIntercomKnows) {
    const auto response = send("DELETE", "/v1/contacts/external_id:client_123/data");
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(parsed(response), json::parse(R"({"deliveries":2,"cancelled":1,"messages":1,"events":1,"answers":1,
                                               "intercom_asked":true})"));
    EXPECT_EQ(people.asked.size(), 4U);
    EXPECT_EQ(api::from_stored(people.instead)->status, 410);
}

TEST_F(OperationsTest, DataIsErasedAlsoWhenIntercomIsDown) {
    intercom.fails = Error{Errc::upstream_unavailable, "circuit open"};
    const auto response = send("DELETE", "/v1/contacts/external_id:client_123/data");
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_FALSE(parsed(response).at("intercom_asked").as_bool());
    EXPECT_EQ(people.asked.size(), 1U);
    EXPECT_EQ(engine.changes, 1) << "the definitions are read again, without the person";
}

TEST_F(OperationsTest, WhatIsOnItsWayIsNotErased) {
    people.outcome = Error{.code = Errc::conflict, .detail = "on its way", .retry_after = milliseconds(2'000)};
    const auto response = send("DELETE", "/v1/contacts/external_id:client_123/data", {}, key("e"));
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(response.headers.get("Retry-After"), "2");
    people.outcome = Erased{};
    EXPECT_EQ(send("DELETE", "/v1/contacts/external_id:client_123/data", {}, key("e")).status, 200);
}

TEST_F(OperationsTest, WhatIsDoneIsAudited) {
    post("/v1/contacts/external_id:client_123/notes", {{"body", "Call"}});
    send("PUT", "/v1/contacts/external_id:client_123", json::serialize(json::value({{"name", "Ann B."}})));
    send("PUT", "/v1/contacts/external_id:client_123/tags/vip");
    std::vector<std::string> actions;
    for (const auto& record : requests.records) {
        actions.push_back(record.action);
        EXPECT_EQ(record.resource, "contact:" + intercom.ann.id.value);
    }
    EXPECT_EQ(actions, (std::vector<std::string>{"note_created", "contact_changed", "tag_added"}));
}

TEST_F(OperationsTest, APathThatNamesNobodyIsRefused) {
    for (const auto* wrong : {"external_id:", "email:", "email:nobody", "no%20id", "phone:1", "a.b"}) {
        const auto response = get(std::string("/v1/contacts/") + wrong);
        EXPECT_EQ(response.status, 400) << wrong;
        EXPECT_EQ(mistakes(response), (Mistakes{{"{contact}", "invalid_value"}})) << wrong;
    }
    EXPECT_EQ(send("PUT", "/v1/contacts/a/tags/%20").status, 400);
    EXPECT_EQ(send("PUT", "/v1/contacts/a/tags/").status, 404);
}

TEST_F(OperationsTest, AContactIsChangedOrCreated) {
    const auto path = "/v1/contacts/external_id:client_123";
    const auto body = R"({"name":"Ann","custom_attributes":{"tier":"gold","old":null}})";
    EXPECT_EQ(send("PUT", path, body).status, 200);
    EXPECT_EQ(intercom.changes.at(0).custom_attributes.at("old"), Scalar{});
    intercom.known = false;
    const auto missing = send("PUT", path, body);
    EXPECT_EQ(mistakes(missing), (Mistakes{{"/email", "required"}}));
    EXPECT_EQ(send("PUT", path, R"({"email":"ann@x.org"})").status, 201);
    EXPECT_EQ(intercom.changes.at(1).external_id, "client_123");
    EXPECT_EQ(send("PUT", "/v1/contacts/email:new%40x.org").status, 201);
    EXPECT_EQ(intercom.changes.at(2).email, "new@x.org");
    EXPECT_EQ(send("PUT", "/v1/contacts/6762f2391bb69f9f2193bc19", R"({"name":"x"})").status, 404);
}

TEST_F(OperationsTest, NobodyIsSubscribedAgain) {
    const auto response = send("PUT", "/v1/contacts/email:a@x.org",
                               R"({"unsubscribed_from_emails":false,"email":"b@x.org","custom_attributes":{"a.b":1}})");
    EXPECT_EQ(mistakes(response), (Mistakes{{"/unsubscribed_from_emails", "not_allowed"},
                                            {"/email", "not_allowed"},
                                            {"/custom_attributes/a.b", "invalid_value"}}));
    EXPECT_TRUE(intercom.changes.empty());
    EXPECT_EQ(
        send("PUT", "/v1/contacts/email:Ann@x.org", R"({"unsubscribed_from_emails":true,"email":"ann@X.org"})").status,
        200);
    EXPECT_TRUE(intercom.changes.at(0).unsubscribe_from_emails);
}

TEST_F(OperationsTest, TagsAreNamedInThePath) {
    const auto tagged = send("PUT", "/v1/contacts/external_id:c/tags/high%2Fvalue", {}, key("t"));
    ASSERT_EQ(tagged.status, 200) << tagged.body;
    EXPECT_EQ(member(tagged, "tag_id"), "105");
    EXPECT_EQ(member(tagged, "name"), "high/value");
    EXPECT_EQ(header(send("PUT", "/v1/contacts/external_id:c/tags/high%2Fvalue", {}, key("t")), "Idempotent-Replayed"),
              "true");
    const auto removed = send("DELETE", "/v1/contacts/external_id:c/tags/vip");
    EXPECT_EQ(removed.status, 200);
    EXPECT_EQ(parsed(removed).at("attached"), false);
    EXPECT_FALSE(parsed(removed).as_object().contains("tag_id"));
    EXPECT_EQ(intercom.tags, (std::vector<std::string>{"+high/value", "-vip"}));
    EXPECT_EQ(send("DELETE", "/v1/contacts/a/tags/vip", R"({"force":true})").status, 422);
}

}  // namespace
}  // namespace herald
