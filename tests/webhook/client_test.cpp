#include "adapters/webhook/client.hpp"

#include "tests/support/manual_clock.hpp"
#include "tests/webhook/client_fixture.hpp"

namespace herald::webhook {
namespace {

using namespace std::chrono_literals;
using test::Peer;

const std::string older = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string newer = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

class WebhookClientTest : public test::ClientFixture<herald::test::ManualClock> {
 protected:
    struct Seen {
        std::string header, body;
        bool has(const std::string& line) const { return header.contains("\r\n" + line + "\r\n"); }
    };
    Seen posted(const WebhookCall& call) {
        Seen seen;
        server.expect([&seen](Peer& peer) -> Task<void> {
            co_await peer.read_request();
            seen = {peer.request, peer.body};
            co_await peer.answer("ok");
        });
        const auto result = post(call);
        EXPECT_TRUE(result) << result.error().detail;
        return seen;
    }
};

TEST_F(WebhookClientTest, PostsTheBodyAsItIs) {
    const auto seen = posted(plain());
    EXPECT_TRUE(seen.header.starts_with("POST /hook/s3cret?a=b HTTP/1.1\r\n")) << seen.header;
    EXPECT_TRUE(seen.has("Host: receiver:" + port())) << "by name, although an address was called";
    EXPECT_TRUE(seen.has("Content-Type: application/json"));
    EXPECT_TRUE(seen.has("Connection: close"));
    EXPECT_EQ(seen.body, R"({"text":"hello"})");
    EXPECT_FALSE(seen.header.contains("webhook-")) << "nobody asked for a signature";
}

TEST_F(WebhookClientTest, SignsWithEverySecret) {
    options.keys = {*SigningKey::parse(newer), *SigningKey::parse(older)};
    const auto seen = posted({.url = url(),
                              .id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
                              .at = WallTime{1614265330500ms},
                              .body = R"({"test": 2432232314})",
                              .is_signed = true});
    EXPECT_TRUE(seen.has("webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek"));
    EXPECT_TRUE(seen.has("webhook-timestamp: 1614265330"));
    const auto first = "v1," + options.keys[0].sign(R"(msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314})");
    EXPECT_TRUE(seen.has("webhook-signature: " + first + " v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
}

TEST_F(WebhookClientTest, NothingUnsignedGoesOutThatWasToBeSigned) {
    auto call = plain();
    call.is_signed = true;
    call.id = "msg_1";
    EXPECT_FALSE(connect().can_sign());
    EXPECT_EQ(error_of(call).code, Errc::content_rejected);
    EXPECT_EQ(server.accepted, 0);
}

TEST_F(WebhookClientTest, AnIdIsNoWayIntoTheHeader) {
    options.keys = {*SigningKey::parse(newer)};
    for (const std::string id : {std::string(), std::string("a\r\nX: y"), std::string("a b"), std::string(129, 'a')}) {
        auto call = plain();
        call.is_signed = true;
        call.id = id;
        EXPECT_EQ(error_of(call).code, Errc::content_rejected) << id;
    }
    EXPECT_EQ(server.accepted, 0);
}

TEST_F(WebhookClientTest, ABodyHasASize) {
    auto call = plain();
    call.body = std::string(256UL * 1024 + 1, 'x');
    EXPECT_EQ(error_of(call).code, Errc::content_rejected);
    EXPECT_EQ(server.accepted, 0);
    call.body.pop_back();
    EXPECT_EQ(posted(call).body, call.body);
}

TEST_F(WebhookClientTest, FollowsNoRedirect) {
    answer(status("302 Found", "Location: http://receiver:" + port() + "/other\r\n"));
    const auto error = error_of(plain());
    EXPECT_EQ(error.code, Errc::content_rejected);
    EXPECT_EQ(error.detail, "receiver answered 302: redirects are not followed");
    EXPECT_EQ(server.accepted, 1);
}

TEST_F(WebhookClientTest, TellsTheAnswersApart) {
    answer(status("410 Gone"));
    const auto gone = error_of(plain());
    EXPECT_EQ(gone.code, Errc::content_rejected);
    EXPECT_EQ(gone.upstream_code, "http_410");
    answer(status("429 Too Many Requests", "Retry-After: 30\r\n"));
    const auto slower = error_of(plain());
    EXPECT_EQ(slower.code, Errc::rate_limited);
    EXPECT_EQ(slower.retry_after, 30s);
    answer(status("429 Too Many Requests", "Retry-After: Mon, 23 Nov 2026 00:02:00 GMT\r\n"));
    EXPECT_EQ(error_of(plain()).retry_after, 120s) << "from the simulated midnight on";
    answer(status("503 Service Unavailable"));
    EXPECT_EQ(error_of(plain()).code, Errc::outcome_unknown);
    EXPECT_EQ(server.accepted, 4) << "a connection is for one call, and a call for one attempt";
}

TEST_F(WebhookClientTest, WhatEndsBeforeAnAnswerLeavesOpenWhetherItWasDone) {
    server.expect([](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        peer.reset();
    });
    EXPECT_EQ(error_of(plain()).code, Errc::outcome_unknown);
    for (const std::string text : {"", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le"}) {
        server.expect([text](Peer& peer) -> Task<void> {
            co_await peer.read_request();
            co_await peer.write(text);
        });
        EXPECT_EQ(error_of(plain()).code, Errc::outcome_unknown) << text;
    }
    answer("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n");
    EXPECT_EQ(error_of(plain()).code, Errc::outcome_unknown) << "no answer has such a header";
    EXPECT_EQ(server.accepted, 5) << "nothing was repeated here";
}

TEST_F(WebhookClientTest, NoConnectionMeansNotExecuted) {
    connect();
    const auto call = plain();
    server.stop();
    EXPECT_EQ(error_of(call).code, Errc::not_executed);
}

TEST_F(WebhookClientTest, TheStatusDecidesWhateverComesBehindIt) {
    const std::vector<std::string> bodies{
        "Content-Length: 5000000\r\n\r\n" + std::string(10'000, 'x'),
        "Content-Length: 100\r\n\r\nshort",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "Transfer-Encoding: chunked\r\n\r\n20000\r\n" + std::string(0x20000, 'x') + "\r\n",
    };
    for (const auto& body : bodies) {
        server.expect([body](Peer& peer) -> Task<void> {
            co_await peer.read_request();
            co_await peer.write("HTTP/1.1 200 OK\r\n" + body);
        });
        const auto result = post(plain());
        EXPECT_TRUE(result) << body.substr(0, 40) << ": " << result.error().detail;
    }
}

TEST_F(WebhookClientTest, ANameThatLeadsInsideIsRefused) {
    for (const auto* address : {"127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fe80::1", "::ffff:127.0.0.1"}) {
        names = {};
        names.means("inside.example.com", {address});
        const auto error = error_of({.url = "https://inside.example.com:" + port() + "/s3cret", .body = "{}"});
        EXPECT_EQ(error.code, Errc::content_rejected) << address;
        EXPECT_TRUE(error.detail.starts_with("inside.example.com is no public address")) << error.detail;
    }
    EXPECT_EQ(server.accepted, 0);
}

TEST_F(WebhookClientTest, OneAddressInsideAmongPublicOnesIsEnough) {
    names.means("mixed.example.com", {"1.1.1.1", "2606:4700::1111", "127.0.0.1"});
    EXPECT_EQ(error_of({.url = "https://mixed.example.com:" + port() + "/", .body = "{}"}).code,
              Errc::content_rejected);
    EXPECT_EQ(server.accepted, 0);
}

// The name is asked once, and what was looked at is what is called.
TEST_F(WebhookClientTest, ANameThatChangesItsMindGainsNothing) {
    names = {};
    names.means("receiver", {"127.0.0.1"});
    names.means("receiver", {"169.254.169.254"});
    answer(status("204 No Content"));
    EXPECT_TRUE(post(plain()));
    EXPECT_EQ(names.asked, 1);
    EXPECT_EQ(server.accepted, 1);
    EXPECT_EQ(error_of(plain()).code, Errc::content_rejected);
    EXPECT_EQ(names.asked, 2) << "and nothing was kept from before";
}

TEST_F(WebhookClientTest, ANameThatIsNoneIsNotExecuted) {
    const auto error = error_of({.url = "https://nowhere.example.com/s3cret", .body = "{}"});
    EXPECT_EQ(error.code, Errc::not_executed);
    EXPECT_EQ(error.detail, "nowhere.example.com: resolve: Host not found");
}

TEST_F(WebhookClientTest, RefusesAtOnceWhatTheTextShows) {
    for (const std::string bad : {"http://example.com/s3cret", "https://localhost/s3cret", "https://127.0.0.1/s3cret",
                                  "https://2130706433/s3cret", "https://a:s3cret@example.com/", "s3cret"}) {
        EXPECT_TRUE(connect().refusal(bad)) << bad;
        const auto error = error_of({.url = bad, .body = "{}"});
        EXPECT_EQ(error.code, Errc::content_rejected);
        EXPECT_EQ(error.detail, connect().refusal(bad));
    }
    EXPECT_EQ(names.asked, 0);
    EXPECT_EQ(connect().refusal("https://hooks.slack.com/services/T0/B0/x"), std::nullopt);
    EXPECT_EQ(connect().refusal(url()), std::nullopt);
}

TEST_F(WebhookClientTest, OnlySoManyCallAtOnce) {
    options.turns = {.in_all = 2, .each = 2, .waiting = 8};
    std::vector<std::unique_ptr<Alarm>> holding;
    for (int i = 0; i < 3; ++i) {
        holding.push_back(clock.make_alarm());
        server.expect([hold = holding.back().get()](Peer& peer) -> Task<void> {
            co_await peer.read_request();
            co_await hold->wait_until(SteadyTime::max());
            co_await peer.answer();
        });
    }
    const auto first = start(plain()), second = start(plain()), third = start(plain());
    run_until([&] { return server.accepted == 2; });
    io->poll();
    EXPECT_EQ(server.accepted, 2);
    EXPECT_EQ(connect().calling(), 3U);
    holding[0]->ring();
    run_until([&] { return server.accepted == 3; });
    EXPECT_EQ(first->result.has_value() + second->result.has_value(), 1);
    holding[1]->ring();
    holding[2]->ring();
    run_until([&] { return first->result && second->result && third->result; });
    EXPECT_EQ(connect().calling(), 0U);
}

TEST_F(WebhookClientTest, WhoeverWaitsTooLongForATurnWasNotExecuted) {
    options.turns = {.in_all = 1, .each = 1, .waiting = 8};
    const auto hold = clock.make_alarm();
    server.expect([hold = hold.get()](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        co_await hold->wait_until(SteadyTime::max());
        co_await peer.answer();
    });
    const auto first = start(plain());
    run_until([&] { return server.accepted == 1; });
    const auto second = start(plain(), Deadline::after(clock.now(), 5s));
    clock.advance(5s);
    ASSERT_TRUE(second->result);
    EXPECT_EQ(second->result->error().code, Errc::not_executed);
    EXPECT_EQ(second->result->error().detail, "receiver: no turn before the deadline");
    hold->ring();
    run_until([&] { return first->result.has_value(); });
    EXPECT_TRUE(*first->result);
}

TEST_F(WebhookClientTest, StoppingLetsWhatIsOnTheWireEnd) {
    options.turns = {.in_all = 1, .each = 1, .waiting = 8};
    const auto hold = clock.make_alarm();
    server.expect([hold = hold.get()](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        co_await hold->wait_until(SteadyTime::max());
        co_await peer.answer();
    });
    const auto first = start(plain()), second = start(plain());
    run_until([&] { return server.accepted == 1; });
    connect().stop();
    run_until([&] { return second->result.has_value(); });
    EXPECT_EQ(second->result->error().code, Errc::shutting_down);
    EXPECT_EQ(post(plain()).error().code, Errc::shutting_down);
    EXPECT_FALSE(first->result);
    hold->ring();
    run_until([&] { return first->result.has_value(); });
    EXPECT_TRUE(*first->result);
    EXPECT_EQ(server.accepted, 1);
}

}  // namespace
}  // namespace herald::webhook
