// Who may call what.

#include <boost/json/parse.hpp>

#include "api/authorization.hpp"
#include "api/key_ring.hpp"
#include "api/routes.hpp"
#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;

class AccessTest : public test::ApiTest {
 protected:
    static ApiKey key(std::string name, KeyScopes scopes, std::vector<WorkspaceId> workspaces = {{"acme"}}) {
        return {.name = name,
                .hash = api::hash_of_key(text(name)),
                .scopes = scopes,
                .workspaces = std::move(workspaces),
                .requests_per_minute = {},
                .delivery_policy = {}};
    }
    // The key that the caller of that name presents.
    static std::string text(const std::string& name) { return "hrld_" + name; }
    static api::Headers as(const std::string& name, api::Headers more = {}) {
        more.set("Authorization", "Bearer " + text(name));
        return more;
    }
    void given(std::vector<ApiKey> some) {
        keys = std::move(some);
        api = make_api(991267816);
    }
    // A path that the route takes.
    static std::string target_of(const api::Route& route) {
        std::string out(route.path);
        std::erase_if(out, [](char c) { return c == '{' || c == '}'; });
        return out;
    }
    static std::string member(const api::Response& response, std::string_view name) {
        const auto body = parsed(response);
        const auto* found = body.as_object().if_contains(name);
        return found != nullptr ? std::string(found->as_string()) : "";
    }
};

TEST_F(AccessTest, WithoutAnyKeyNobodyNeedsOne) {
    const auto response = get("/v1/campaigns", {{"Authorization", "Bearer whatever"}});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.actor, "anonymous");
    EXPECT_EQ(header(response, "RateLimit"), "");
    EXPECT_FALSE(api->asks_for_key());
}

TEST_F(AccessTest, WithAKeyEveryCallUnderV1NeedsOne) {
    given({key("crm", {KeyScope::admin})});
    EXPECT_TRUE(api->asks_for_key());
    for (const auto& route : api::routes()) {
        const auto path = target_of(route);
        const auto response = send(std::string(name(route.verb)), path);
        if (route.scope)
            EXPECT_EQ(response.status, 401) << path;
        else
            EXPECT_EQ(response.status, 200) << path;
    }
    for (const auto* path : {"/v1", "/v1/", "/v1/nowhere", "/%761/campaigns", "http://h/v1/campaigns"})
        EXPECT_EQ(get(path).status, 401) << path;
    EXPECT_EQ(send("OPTIONS", "/v1/campaigns").status, 401);
    EXPECT_EQ(send("HEAD", "/v1/campaigns").status, 401);
    EXPECT_EQ(get("/nowhere").status, 404);
}

TEST_F(AccessTest, NoneAndAnUnknownOneAreToldApart) {
    given({key("crm", {KeyScope::admin})});
    const auto none = get("/v1/limits");
    EXPECT_EQ(code(none), "key_required");
    EXPECT_EQ(header(none, "WWW-Authenticate"), "Bearer realm=\"herald\"");
    EXPECT_EQ(none.actor, "");
    const auto unknown = get("/v1/limits", as("nobody"));
    EXPECT_EQ(unknown.status, 401);
    EXPECT_EQ(code(unknown), "key_unknown");
    EXPECT_EQ(header(unknown, "WWW-Authenticate"), "Bearer realm=\"herald\", error=\"invalid_token\"");
    EXPECT_EQ(unknown.body.find("nobody"), std::string::npos);
    const std::string right = text("crm");
    for (const std::string& field : {std::string(), std::string("Basic ") + right, right, "Bearer" + right})
        EXPECT_EQ(code(get("/v1/limits", {{"Authorization", field}})), "key_required") << field;
    for (const std::string& field :
         {std::string("Bearer  "), "Bearer " + right + " ", "Bearer " + std::string(9'000, 'k'),
          "Bearer " + right + ", Bearer " + right, "Bearer " + to_hex(keys[0].hash)})
        EXPECT_EQ(code(get("/v1/limits", {{"Authorization", field}})), "key_unknown") << field;
    for (const std::string& field : {"bearer " + right, "BEARER   " + right})
        EXPECT_EQ(get("/v1/limits", {{"Authorization", field}}).status, 200) << field;
    EXPECT_EQ(refusals.size(), 11U);
}

// Every scope alone, against every route.
TEST_F(AccessTest, AKeyMayDoWhatItsScopesSayAndNothingElse) {
    std::vector<ApiKey> one_each;
    for (const auto scope : all_scopes) one_each.push_back(key(std::string(name(scope)), {scope}));
    for (auto& one : one_each) one.requests_per_minute = most_requests_per_minute;
    given(one_each);
    for (const auto& route : api::routes()) {
        if (!route.scope) continue;
        for (const auto scope : all_scopes) {
            // Of a type that no route takes, so that only the scope decides.
            const bool body = takes_body(route.verb);
            const auto response =
                send(std::string(name(route.verb)), target_of(route), body ? "x" : "",
                     as(std::string(name(scope)), body ? api::Headers{{"Content-Type", "image/png"}} : api::Headers{}));
            const bool may = scope == *route.scope || scope == KeyScope::admin;
            EXPECT_EQ(response.status != 403, may) << route.operation << " with " << name(scope);
            if (may) continue;
            EXPECT_EQ(code(response), "scope_missing");
            EXPECT_EQ(member(response, "missing_scope"), name(*route.scope));
            EXPECT_TRUE(member(response, "detail").contains(name(*route.scope)));
            EXPECT_TRUE(header(response, "WWW-Authenticate").contains(fmt::format("scope=\"{}\"", name(*route.scope))));
        }
    }
}

TEST_F(AccessTest, ReadingIsNotWriting) {
    for (const auto& route : api::routes())
        if (route.scope)
            EXPECT_EQ(route.verb == api::Verb::get || route.operation == "simulateAutomation",
                      name(*route.scope).ends_with(":read") || route.operation == "getMessage")
                << route.operation;
}

TEST_F(AccessTest, AKeyOfOneWorkspaceNeedsNoHeaderAndMayNotNameAnother) {
    given({key("crm", {KeyScope::admin}), key("bi", {KeyScope::admin}, {{"acme"}, {"gone"}})});
    EXPECT_EQ(get("/v1/limits", as("crm")).status, 200);
    EXPECT_EQ(get("/v1/limits", as("crm", {{"Herald-Workspace", "acme"}})).status, 200);
    const auto other = get("/v1/limits", as("crm", {{"Herald-Workspace", "umbrella"}}));
    EXPECT_EQ(other.status, 403);
    EXPECT_EQ(code(other), "workspace_forbidden");
    EXPECT_EQ(member(other, "forbidden_workspace"), "umbrella");
    EXPECT_EQ(member(get("/v1/limits", as("crm", {{"Herald-Workspace", "\xff"}})), "forbidden_workspace"), "");
    const auto unnamed = get("/v1/limits", as("bi"));
    EXPECT_EQ(unnamed.status, 400);
    EXPECT_EQ(code(unnamed), "workspace_required");
    EXPECT_EQ(code(get("/v1/limits", as("bi", {{"Herald-Workspace", "gone"}}))), "unknown_workspace");
    EXPECT_EQ(get("/v1/limits", as("bi", {{"Herald-Workspace", "acme"}})).status, 200);
}

TEST_F(AccessTest, TheNameOfTheKeyIsTheActor) {
    given({key("crm", {KeyScope::campaigns_write})});
    const auto response = create(email_campaign(), as("crm"));
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.actor, "crm");
    EXPECT_EQ(store.callers.back().actor, "crm");
}

TEST_F(AccessTest, StoredKeysComeAndGo) {
    EXPECT_EQ(get("/v1/limits").status, 200);
    api->take_keys({1, {key("crm", {KeyScope::admin})}});
    EXPECT_EQ(get("/v1/limits").status, 401);
    EXPECT_EQ(get("/v1/limits", as("crm")).status, 200);
    api->take_keys({2, {}});
    EXPECT_EQ(code(get("/v1/limits", as("crm"))), "key_unknown");
    EXPECT_EQ(get("/v1/limits").status, 401);  // revoking the last one opens nothing
}

TEST_F(AccessTest, AKeyOfTheConfigurationOutlivesTheStoredOnes) {
    given({key("crm", {KeyScope::admin})});
    api->take_keys({2, {}});
    EXPECT_EQ(get("/v1/limits", as("crm")).status, 200);
}

TEST_F(AccessTest, TheHeaderAloneSaysWhetherABodyIsWorthReading) {
    given({key("crm", {KeyScope::campaigns_read}), key("editor", {KeyScope::campaigns_write})});
    const auto status = [&](std::string target, api::Headers headers) {
        headers.set("Content-Type", "application/json");
        const auto refused =
            api->refusal({.method = "POST", .target = std::move(target), .headers = std::move(headers)});
        return refused ? refused->status : 0;
    };
    EXPECT_EQ(status("/v1/campaigns", {}), 401);
    EXPECT_EQ(status("/v1/campaigns", as("nobody")), 401);
    EXPECT_EQ(status("/v1/campaigns", as("crm")), 403);
    EXPECT_EQ(status("/v1/campaigns", as("editor")), 0);
    EXPECT_EQ(status("/v1/messages", as("editor", {{"Herald-Workspace", "other"}})), 403);
    EXPECT_EQ(refusals, (std::vector<std::string>{"key_required", "key_unknown", "scope_missing", "scope_missing"}));
}

TEST_F(AccessTest, AQuotaIsTheKeysOwnAndSaidInEveryAnswer) {
    auto small = key("small", {KeyScope::campaigns_read});
    small.requests_per_minute = 60;
    given({small, key("crm", {KeyScope::campaigns_read})});
    const auto first = get("/v1/limits", as("small"));
    EXPECT_EQ(header(first, "RateLimit-Policy"), "\"key\";q=2;w=2");
    EXPECT_EQ(header(first, "RateLimit"), "\"key\";r=1;t=1");
    EXPECT_EQ(header(get("/v1/nowhere", as("small")), "RateLimit"), "\"key\";r=0;t=2");
    const auto refused = get("/v1/limits", as("small"));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(code(refused), "quota_exceeded");
    EXPECT_EQ(header(refused, "Retry-After"), "1");
    EXPECT_EQ(header(refused, "RateLimit"), "\"key\";r=0;t=2");
    EXPECT_EQ(header(get("/v1/limits", as("crm")), "RateLimit-Policy"), "\"key\";q=100;w=2");
    EXPECT_EQ(get("/livez").status, 200);
    EXPECT_EQ(header(get("/livez"), "RateLimit"), "");
    clock.advance(1s);
    EXPECT_EQ(get("/v1/limits", as("small")).status, 200);
    EXPECT_EQ(refusals, std::vector<std::string>{"quota_exceeded"});
}

TEST_F(AccessTest, WhatStopsMessagesIsNeverOverQuota) {
    auto small = key("small", {KeyScope::campaigns_write});
    small.requests_per_minute = 1;
    given({small});
    auto body = email_campaign();
    body["launch"] = true;
    ASSERT_EQ(create(body, as("small")).status, 201);
    EXPECT_EQ(act("resume", {}, as("small")).status, 429);
    EXPECT_EQ(act("pause", {}, as("small")).status, 200);
    EXPECT_EQ(act("cancel", {}, as("small")).status, 200);
}

TEST_F(AccessTest, NeitherIsTheDeactivationOfAnAutomation) {
    auto small = key("small", {KeyScope::automations_write});
    small.requests_per_minute = 1;
    given({small});
    const auto created =
        send("POST", "/v1/automations",
             R"({"name":"a","trigger":{"type":"event_based","event":"e"},"steps":[{"type":"exit"}]})", as("small"));
    ASSERT_EQ(created.status, 201) << created.body;
    const auto path = header(created, "Location");
    EXPECT_EQ(send("POST", path + "/activate", {}, as("small")).status, 429);
    EXPECT_EQ(send("POST", path + "/deactivate", {}, as("small")).status, 200);
}

TEST_F(AccessTest, CallersDoNotShareIdempotencyKeys) {
    given({key("crm", {KeyScope::campaigns_write}), key("bi", {KeyScope::campaigns_write})});
    const auto with = [&](const std::string& who) { return as(who, {{"Idempotency-Key", "k1"}}); };
    const auto first = create(email_campaign(), with("crm"));
    const auto other = create(email_campaign(), with("bi"));
    EXPECT_EQ(other.status, 201);
    EXPECT_EQ(header(other, "Idempotent-Replayed"), "");
    EXPECT_NE(other.body, first.body);
    EXPECT_EQ(header(create(email_campaign(), with("crm")), "Idempotent-Replayed"), "true");
}

TEST_F(AccessTest, ANewKeyOfTheSameCallerFindsItsAnswers) {
    auto next = key("crm", {KeyScope::campaigns_write});
    next.hash = api::hash_of_key("hrld_next");
    given({key("crm", {KeyScope::campaigns_write}), next});
    const auto first = create(email_campaign(), as("crm", {{"Idempotency-Key", "k1"}}));
    const auto again = create(email_campaign(), as("next", {{"Idempotency-Key", "k1"}}));
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
    EXPECT_EQ(again.actor, "crm");
}

TEST_F(AccessTest, AReplayNeedsTheScopeToo) {
    auto narrow = key("crm", {KeyScope::campaigns_read});
    narrow.hash = api::hash_of_key("hrld_narrow");
    given({key("crm", {KeyScope::campaigns_write}), narrow});
    ASSERT_EQ(create(email_campaign(), as("crm", {{"Idempotency-Key", "k1"}})).status, 201);
    EXPECT_EQ(create(email_campaign(), as("narrow", {{"Idempotency-Key", "k1"}})).status, 403);
}

TEST_F(AccessTest, AStreamEndsWhenItsKeyIsRevoked) {
    given_campaign(true);
    const auto crm = key("crm", {KeyScope::campaigns_read});
    api->take_keys({1, {crm}});
    const auto events = get(path() + "/events", as("crm"));
    ASSERT_TRUE(events.stream) << events.body;
    EXPECT_TRUE(test::start(io, events.stream->next()).get());
    api->take_keys({2, {}});
    auto next = test::start(io, events.stream->next());
    clock.advance(20s);
    EXPECT_EQ(next.get(), std::nullopt);
    EXPECT_FALSE(events.stream->whole());
}

TEST_F(AccessTest, MessagesFollowThePolicyOfTheKeyUnlessTheySayTheirOwn) {
    auto careful = key("careful", {KeyScope::messages_send});
    careful.delivery_policy = SendPolicy::at_most_once;
    given({careful, key("crm", {KeyScope::messages_send})});
    const auto send_as = [&](const std::string& who, std::string_view policy) {
        const auto body = fmt::format(
            R"({{"contact":{{"external_id":"client_123"}},"channel":"email","subject":"Hi","body_text":"x"{}}})",
            policy);
        EXPECT_EQ(send("POST", "/v1/messages", body, as(who)).status, 201);
    };
    send_as("careful", "");
    send_as("careful", R"(,"delivery_policy":"at_least_once")");
    send_as("crm", "");
    EXPECT_EQ(intercom.policies,
              (std::vector{SendPolicy::at_most_once, SendPolicy::at_least_once, SendPolicy::at_least_once}));
}

TEST(KeyRingTest, TellsApartKeysWhoseHashesBeginAlike) {
    ApiKey one{.name = "one", .hash = api::hash_of_key("a")};
    auto two = one;
    two.name = "two";
    two.hash[31] ^= 1U;
    const api::KeyRing ring({two, one}, false);
    EXPECT_EQ(ring.find("a")->name, "one");
    EXPECT_TRUE(ring.holds(two));
    const api::KeyRing other({two}, false);
    EXPECT_EQ(other.find("a"), nullptr);
}

TEST(KeyRingTest, HashesAsSha256) {
    EXPECT_EQ(to_hex(api::hash_of_key("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace herald
