// What holds for every route.

#include "api/problem.hpp"
#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

namespace json = boost::json;

class Http : public test::ApiTest {};

TEST_F(Http, AnUnknownPathIsToldFromAnUnknownCampaign) {
    for (const auto* path : {"/", "/nowhere", "/v1", "/v1/campaigns/", "/v1/campaigns/x/y", "/v2/campaigns"}) {
        const auto response = get(path);
        EXPECT_EQ(response.status, 404) << path;
        EXPECT_EQ(code(response), "unknown_path") << path;
    }
    EXPECT_EQ(code(get("/v1/campaigns/cmp_00000000000000000000000000")), "not_found");
}

TEST_F(Http, AMethodThatThePathDoesNotTakeIsRefusedWithThoseItTakes) {
    const auto response = send("DELETE", "/v1/campaigns");
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(code(response), "method_not_allowed");
    EXPECT_EQ(header(response, "Allow"), "POST, GET, HEAD, OPTIONS");
    EXPECT_EQ(header(send("get", "/livez"), "Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(header(send("GET", "/v1/campaigns/x/launch"), "Allow"), "POST, OPTIONS");
}

TEST_F(Http, APathOfItsOwnIsNotTakenForANameInBraces) {
    for (const auto* method : {"GET", "HEAD"}) {
        const auto response = send(method, "/v1/events/batch");
        EXPECT_EQ(response.status, 405) << method;
        EXPECT_EQ(header(response, "Allow"), "POST, OPTIONS") << method;
    }
    EXPECT_EQ(header(send("POST", "/v1/events/other"), "Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(Http, OptionsSaysWhatIsAllowed) {
    const auto response = send("OPTIONS", "/v1/campaigns");
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(header(response, "Allow"), "POST, GET, HEAD, OPTIONS");
    EXPECT_TRUE(response.body.empty());
    EXPECT_EQ(send("OPTIONS", "/nowhere").status, 404);
}

TEST_F(Http, OptionsOfTheServiceAsAWholeNamesEveryMethod) {
    const auto response = send("OPTIONS", "*");
    EXPECT_EQ(response.status, 204);
    for (const auto* method : {"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"})
        EXPECT_TRUE(header(response, "Allow").contains(method)) << method;
    EXPECT_EQ(send("GET", "*").status, 400);
}

TEST_F(Http, WhatTheHeaderAloneRefusesNeedsNoBody) {
    const auto status = [&](std::string method, std::string target, std::string type) {
        const auto refused = api->refusal({.method = std::move(method),
                                           .target = std::move(target),
                                           .headers = {{"Content-Type", std::move(type)}},
                                           .body = {},
                                           .request_id = "req_1",
                                           .deadline = {}});
        return refused ? refused->status : 0;
    };
    EXPECT_EQ(status("POST", "/v1/campaigns", "application/json"), 0);
    EXPECT_EQ(status("POST", "/v1/campaigns", "text/plain"), 415);
    EXPECT_EQ(status("POST", "/v1/campaigns?x=1", "application/json"), 400);
    EXPECT_EQ(status("POST", "/nowhere", "application/json"), 404);
    EXPECT_EQ(status("PUT", "/v1/campaigns", "application/json"), 405);
    EXPECT_EQ(status("OPTIONS", "/v1/campaigns", "text/plain"), 0);
}

TEST_F(Http, HeadIsAnsweredLikeGet) {
    const auto head = send("HEAD", "/livez");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, get("/livez").body);  // the session leaves it off
}

TEST_F(Http, AnAnswerThatTheClientDoesNotTakeIsRefused) {
    const auto status = [&](std::string target, std::string accept) {
        return get(std::move(target), {{"Accept", std::move(accept)}}).status;
    };
    EXPECT_EQ(status("/v1/campaigns", "text/html"), 406);
    EXPECT_EQ(status("/v1/campaigns", "text/html, application/*;q=0.1"), 200);
    EXPECT_EQ(status("/v1/campaigns", "Application/JSON"), 200);
    EXPECT_EQ(status("/v1/campaigns", "*/*, application/json;q=0"), 406);
    EXPECT_EQ(status("/v1/campaigns", ""), 200);
    EXPECT_EQ(status("/openapi.yaml", "application/json"), 406);
}

// Where an operation has no other JSON than its problems, generated clients ask for these.
TEST_F(Http, AClientThatTakesProblemsTakesWhatComesInstead) {
    given_campaign();
    store.only().state = CampaignState::draft;
    EXPECT_EQ(get("/metrics", {{"Accept", "application/problem+json"}}).status, 200);
    EXPECT_EQ(send("DELETE", path(), "", {{"Accept", "application/problem+json"}}).status, 204);
}

TEST_F(Http, ABodyThatIsNotJsonIsRefusedByItsType) {
    EXPECT_EQ(create(email_campaign(), {{"Content-Type", "text/plain"}}).status, 415);
    EXPECT_EQ(create(email_campaign(), {{"Content-Type", "application/json; charset=utf-8"}}).status, 201);
    const auto zipped = create(email_campaign(), {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}});
    EXPECT_EQ(zipped.status, 415);
    EXPECT_EQ(code(zipped), "unsupported_media_type");
    api::Request bare{
        .method = "POST", .target = "/v1/campaigns", .headers = {}, .body = "{}", .request_id = "r", .deadline = {}};
    EXPECT_EQ(test::start(io, api->handle(std::move(bare))).get().status, 415);
}

TEST_F(Http, FieldsAndListElementsMayBeEmpty) {
    given_campaign();
    EXPECT_EQ(send("POST", "/v1/campaigns", "{}", {{"Content-Type", ""}}).status, 415);
    EXPECT_EQ(send("POST", path() + "/recipients", "", {{"Content-Type", ""}}).status, 415);
    for (const auto* field : {"", ",", ";", ";;,,", ", application/json"})
        EXPECT_NE(get("/v1/campaigns", {{"Accept", field}}).status, 500) << field;
    EXPECT_EQ(get("/v1/campaigns", {{"Accept", ",application/json"}}).status, 200);
    EXPECT_EQ(get(path(), {{"If-None-Match", ",,"}}).status, 200);
    EXPECT_EQ(get(path(), {{"Accept-Encoding", ";,"}}).status, 200);
}

TEST_F(Http, ABodyHasTheLimitOfItsRoute) {
    given_campaign();
    EXPECT_EQ(api->intake("POST", "/v1/campaigns?x").body_limit, 8UL << 20U);
    EXPECT_EQ(api->intake("POST", path() + "/launch").body_limit, 64UL << 10U);
    EXPECT_EQ(api->intake("POST", "/nowhere").body_limit, 64UL << 10U);
    const auto response = act("launch", std::string((64UL << 10U) + 1, ' '));
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(code(response), "too_large");
}

TEST_F(Http, AParameterThatIsUnknownOrStandsTwiceIsRefused) {
    for (const auto* target : {"/v1/campaigns?stat=draft", "/v1/campaigns?limit=1&limit=2", "/livez?x"}) {
        const auto response = get(target);
        EXPECT_EQ(response.status, 400) << target;
        EXPECT_EQ(code(response), "invalid_parameter");
    }
}

TEST_F(Http, ATargetThatIsNoPathOrNotUtf8IsMalformed) {
    for (const auto* target : {"", "livez", "/%zz", "/%ff", "/v1/campaigns?client_ref=%ff"}) {
        const auto response = get(target);
        EXPECT_EQ(response.status, 400) << target;
        EXPECT_EQ(code(response), "malformed_request");
    }
    EXPECT_EQ(get("http://h:1/livez").status, 200);
    EXPECT_EQ(get("ftp://h/livez").status, 400);
    EXPECT_EQ(get("/live%7a").status, 200);
}

TEST_F(Http, EveryAnswerNamesItsRequestAndIsSafeInABrowser) {
    for (const auto* target : {"/livez", "/nowhere", "/openapi.yaml", "/docs", "/v1/campaigns"}) {
        const auto response = get(target);
        EXPECT_EQ(header(response, "X-Request-Id"), "req_1");
        EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(header(response, "Referrer-Policy"), "no-referrer");
        EXPECT_TRUE(header(response, "Content-Security-Policy").starts_with("default-src 'none'; ")) << target;
        EXPECT_TRUE(header(response, "Content-Security-Policy").contains("frame-ancestors 'none'")) << target;
    }
}

TEST_F(Http, OnlyWhatCanBeAskedAboutAgainIsKept) {
    given_campaign();
    for (const auto* target : {"/livez", "/nowhere", "/v1/campaigns", "/metrics"})
        EXPECT_EQ(header(get(target), "Cache-Control"), "no-store") << target;
    EXPECT_EQ(header(get(path()), "Cache-Control"), "private, no-cache");
    for (const auto* target : {"/openapi.yaml", "/docs"})
        EXPECT_EQ(header(get(target), "Cache-Control"), "no-cache") << target;
}

TEST_F(Http, ASaneRequestIdOfTheCallerIsTaken) {
    EXPECT_EQ(header(get("/livez", {{"x-request-id", "mine-1"}}), "X-Request-Id"), "mine-1");
    EXPECT_EQ(parsed(get("/nowhere", {{"X-Request-Id", "mine-1"}})).at("request_id").as_string(), "mine-1");
    for (const std::string& bad : {std::string(), std::string("a b"), std::string("a\nb"), std::string(129, 'x')})
        EXPECT_EQ(header(get("/livez", {{"X-Request-Id", bad}}), "X-Request-Id"), "req_1");
}

TEST_F(Http, TheProcessLivesAndIsReadyUntilItDrainsOrLosesItsStore) {
    EXPECT_EQ(get("/livez").body, R"({"status":"ok"})");
    EXPECT_EQ(get("/readyz").body, R"({"status":"ok","store":true,"draining":false})");
    draining = true;
    EXPECT_EQ(get("/readyz").status, 503);
    draining = false;
    store.fails = Error{Errc::store_unavailable, "gone"};
    const auto response = get("/readyz");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.body, R"({"status":"unavailable","store":false,"draining":false})");
    EXPECT_EQ(get("/livez").status, 200);
}

TEST_F(Http, TheContractIsServed) {
    const auto response = get("/openapi.yaml");
    EXPECT_EQ(response.body, "openapi: 3.0.3\n");
    EXPECT_EQ(header(response, "Content-Type"), "application/yaml");
    EXPECT_EQ(get("/openapi.yaml", {{"If-None-Match", header(response, "ETag")}}).status, 304);
    EXPECT_EQ(get("/openapi.yaml", {{"If-None-Match", "\"other\""}}).status, 200);
}

TEST_F(Http, TheContractIsServedAsAPageToo) {
    const auto response = get("/docs", {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}});
    EXPECT_EQ(response.body, "<p>docs</p>");
    EXPECT_EQ(header(response, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_TRUE(header(response, "Content-Security-Policy").contains("style-src 'sha256-x'"));
    EXPECT_EQ(get("/docs", {{"If-None-Match", header(response, "ETag")}}).status, 304);
}

struct Expected {
    Errc error;
    int status;
    std::string_view code;
};

TEST_F(Http, EveryErrorHasItsProblem) {
    for (const auto& [error, status, expected] :
         {Expected{Errc::invalid_argument, 422, "validation_failed"}, Expected{Errc::not_found, 404, "not_found"},
          Expected{Errc::conflict, 409, "state_conflict"}, Expected{Errc::key_reused, 422, "key_reused"},
          Expected{Errc::contact_not_found, 404, "contact_not_found"},
          Expected{Errc::contact_merged, 404, "contact_not_found"}, Expected{Errc::unsubscribed, 422, "unsubscribed"},
          Expected{Errc::content_rejected, 422, "content_rejected"},
          Expected{Errc::credential, 502, "intercom_credential"},
          Expected{Errc::rate_limited, 503, "intercom_rate_limited"},
          Expected{Errc::not_executed, 503, "intercom_unreachable"},
          Expected{Errc::outcome_unknown, 504, "outcome_unknown"},
          Expected{Errc::upstream_unavailable, 503, "circuit_open"},
          Expected{Errc::deadline_exceeded, 504, "deadline_exceeded"},
          Expected{Errc::store_unavailable, 503, "store_unavailable"},
          Expected{Errc::shutting_down, 503, "shutting_down"}}) {
        store.fails = Error{error, "the detail"};
        const auto response = get("/v1/campaigns");
        EXPECT_EQ(response.status, status) << expected;
        EXPECT_EQ(header(response, "Content-Type"), "application/problem+json");
        EXPECT_EQ(header(response, "Retry-After"), status == 503 ? "1" : "") << expected;
        const auto view = parsed(response);
        EXPECT_EQ(view.at("status").as_int64(), status);
        EXPECT_EQ(view.at("code").as_string(), expected);
        EXPECT_EQ(view.at("type").as_string(), "urn:herald:problem:" + std::string(expected));
        EXPECT_EQ(view.at("detail").as_string(), "the detail");
        EXPECT_EQ(view.at("request_id").as_string(), "req_1");
        EXPECT_NE(view.at("title").as_string(), view.at("code").as_string());
        EXPECT_EQ(view.as_object().contains("retry_at"), status == 503);
        EXPECT_FALSE(view.as_object().contains("errors"));
    }
}

TEST_F(Http, AWaitIsRoundedUpToWholeSecondsAndDated) {
    store.fails = Error{Errc::upstream_unavailable, "circuit open", milliseconds(1'200)};
    const auto response = get("/v1/campaigns");
    EXPECT_EQ(header(response, "Retry-After"), "2");
    EXPECT_EQ(parsed(response).at("retry_at").as_string(), to_rfc3339(clock.wall_now() + seconds(2)));
}

TEST(ProblemResponse, IsAlsoMadeForWhatNeverReachesAHandler) {
    const auto response = api::problem_response(413, "too_large", "too much", "req_9");
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(response.headers.get("x-request-id"), "req_9");
    EXPECT_EQ(json::parse(response.body).at("title").as_string(), "The body is too large");
}

class SeveralWorkspaces : public Http {
 protected:
    test::FakeAdmins other_admins;
    test::FakeWaiting other_waiting;
    test::FakeLimits other_limits;
    test::FakeAutomationEngine other_engine;
    ContactDesk other_desk{{intercom, intercom, intercom, gate, clock}, {"acme-eu"}};

    SeveralWorkspaces() {
        api = std::make_unique<api::Api>(
            api::Ports{store,
                       records,
                       audiences,
                       memory,
                       audit,
                       messages,
                       requests,
                       people,
                       changes,
                       worker,
                       clock,
                       random,
                       zones,
                       automations,
                       webhooks,
                       {{{"acme"}, 991267816, admins, directory, searching, waiting, limits, desk, engine},
                        {{"acme-eu"},
                         7,
                         other_admins,
                         directory,
                         searching,
                         other_waiting,
                         other_limits,
                         other_desk,
                         other_engine}}},
            api::Options{});
    }
};

TEST_F(SeveralWorkspaces, ARequestSaysWhichOneItIsAbout) {
    const auto created = create(email_campaign(), {{"Herald-Workspace", "acme-eu"}});
    EXPECT_EQ(created.status, 201);
    EXPECT_EQ(parsed(created).at("workspace").as_string(), "acme-eu");
    EXPECT_EQ(parsed(created).at("sender").at("admin_id"), 7);
    EXPECT_EQ(store.callers.at(0).workspace, WorkspaceId{"acme-eu"});
    EXPECT_EQ(other_admins.asked, 1);
    EXPECT_EQ(admins.asked, 0);
}

TEST_F(SeveralWorkspaces, ARequestThatNamesNoneReachesNobody) {
    const auto refused = create(email_campaign());
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(code(refused), "workspace_required");
    EXPECT_TRUE(std::string(parsed(refused).at("detail").as_string()).contains("acme, acme-eu"));
    EXPECT_TRUE(store.campaigns.empty());
}

TEST_F(SeveralWorkspaces, WhatIsAboutTheProcessNeedsNone) {
    EXPECT_EQ(get("/livez").status, 200);
    EXPECT_EQ(get("/metrics").status, 200);
}

TEST_F(Http, AWorkspaceThatIsNotConfiguredIsRefused) {
    EXPECT_EQ(get("/v1/campaigns", {{"Herald-Workspace", "acme"}}).status, 200);
    const auto refused = get("/v1/campaigns", {{"Herald-Workspace", "acme-au"}});
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(code(refused), "unknown_workspace");
}

}  // namespace
}  // namespace herald
