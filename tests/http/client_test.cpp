#include "adapters/http/client.hpp"

#include <gtest/gtest.h>

#include "adapters/system/clock.hpp"
#include "tests/http/raw_server.hpp"
#include "tests/support/manual_clock.hpp"

namespace herald::http {
namespace {

using namespace std::chrono_literals;
using test::Peer;

// Simulated time decides about reuse; the sockets are real and answer at once.
class ClientTest : public ::testing::Test {
 protected:
    ClientTest() { server.run(*io); }
    ~ClientTest() override {
        client.reset();
        server.stop();
        io->restart();
        io->poll();  // the accepting coroutine ends before the server it uses
        served.reset();
        io.reset();
    }

    void connect(ClientOptions options = {}) {
        client = std::make_unique<Client>(io->get_executor(), clock,
                                          Endpoint{false, "127.0.0.1", std::to_string(server.port()), ""}, options);
    }

    Outcome send(const Call& call) {
        if (!client) connect();
        std::optional<Outcome> out;
        boost::asio::co_spawn(*io, client->send(call, Deadline{}), [&](std::exception_ptr bug, Outcome outcome) {
            if (bug) std::rethrow_exception(bug);
            out = std::move(outcome);
        });
        io->restart();
        while (!out && io->run_one_for(10s) > 0) {
        }
        io->poll();
        EXPECT_TRUE(out.has_value());
        return out.value_or(std::unexpected(Failure{Phase::refused, "the call never ended"}));
    }
    Phase phase_of(const Outcome& outcome) {
        EXPECT_FALSE(outcome.has_value());
        return outcome ? Phase::refused : outcome.error().phase;
    }

    static Task<void> serve_forever(Peer& peer) {
        while (co_await peer.read_request()) co_await peer.answer();
    }

    const Call get_{.method = "GET", .target = "/me"};
    const Call post_{.method = "POST", .target = "/messages", .body = R"({"a":1})", .safe_to_repeat = false};
    std::unique_ptr<boost::asio::io_context> io = std::make_unique<boost::asio::io_context>();
    test::ManualClock clock{*io};
    std::unique_ptr<test::RawServer> served = std::make_unique<test::RawServer>(*io);
    test::RawServer& server = *served;
    std::unique_ptr<Client> client;
};

TEST_F(ClientTest, ReusesAConnectionThatBothSidesKeepOpen) {
    server.expect(serve_forever);
    EXPECT_EQ(send(get_)->status, 200);
    EXPECT_EQ(send(post_)->status, 200);
    EXPECT_EQ(server.accepted, 1);
}

TEST_F(ClientTest, WritesTheRequestAsItIs) {
    std::string seen;
    server.expect([&seen](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        seen = peer.request;
        co_await peer.answer();
    });
    Call call = post_;
    call.headers = {{"Intercom-Version", "2.16"}};
    send(call);
    EXPECT_EQ(seen.substr(0, seen.find("\r\n")), "POST /messages HTTP/1.1");
    EXPECT_NE(seen.find("Host: 127.0.0.1:" + std::to_string(server.port())), std::string::npos);
    EXPECT_NE(seen.find("Content-Length: 7"), std::string::npos);
    EXPECT_NE(seen.find("Intercom-Version: 2.16"), std::string::npos);
}

TEST_F(ClientTest, ARefusedConnectionWasNotExecuted) {
    connect();
    server.stop();
    EXPECT_EQ(phase_of(send(post_)), Phase::connect);
}

TEST_F(ClientTest, AResetAfterTheRequestWasWrittenIsAmbiguousAndNeverRepeated) {
    for (int i = 0; i < 2; ++i)
        server.expect([](Peer& peer) -> Task<void> {
            co_await peer.read_request();
            peer.reset();
        });
    EXPECT_EQ(phase_of(send(post_)), Phase::response);
    EXPECT_EQ(server.accepted, 1);
}

TEST_F(ClientTest, ASendWhoseReusedConnectionDiesAfterTheWriteIsNotRepeated) {
    server.expect([](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        co_await peer.answer();
        co_await peer.read_request();
        peer.close();
    });
    server.expect(serve_forever);
    send(get_);
    EXPECT_EQ(phase_of(send(post_)), Phase::response);
    EXPECT_EQ(server.accepted, 1);
}

TEST_F(ClientTest, ASafeCallWhoseReusedConnectionDiesIsReplayedOnceOnAFreshOne) {
    server.expect([](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        co_await peer.answer();
        co_await peer.read_request();
        peer.close();
    });
    server.expect(serve_forever);
    send(get_);
    EXPECT_EQ(send(get_)->status, 200);
    EXPECT_EQ(server.accepted, 2);
}

TEST_F(ClientTest, ASafeCallThatFailsOnAFreshConnectionIsNotReplayedHere) {
    server.expect([](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        peer.close();
    });
    server.expect(serve_forever);
    EXPECT_EQ(phase_of(send(get_)), Phase::response);
    EXPECT_EQ(server.accepted, 1);
}

TEST_F(ClientTest, AConnectionThePeerClosedWhileIdleIsNoticedBeforeUse) {
    server.expect([](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        co_await peer.answer();
        peer.close();
    });
    server.expect(serve_forever);
    send(get_);
    EXPECT_EQ(send(post_)->status, 200);
    EXPECT_EQ(server.accepted, 2);
}

TEST_F(ClientTest, BytesNobodyAskedForEndTheConnection) {
    server.expect([](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        co_await peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n");
        co_await peer.read_request();
    });
    server.expect(serve_forever);
    EXPECT_EQ(send(get_)->body, "{}");
    EXPECT_EQ(client->idle_connections(), 0u);
    EXPECT_EQ(send(get_)->status, 200);
}

TEST_F(ClientTest, ASendGoesOutOnAConnectionIdleForASecondButNotLonger) {
    for (int i = 0; i < 2; ++i) server.expect(serve_forever);
    send(get_);
    clock.advance(1s);
    send(post_);
    EXPECT_EQ(server.accepted, 1);
    clock.advance(1'001ms);
    send(post_);
    EXPECT_EQ(server.accepted, 2);
}

TEST_F(ClientTest, ASafeCallUsesAConnectionIdleForTwentySecondsButNotLonger) {
    for (int i = 0; i < 2; ++i) server.expect(serve_forever);
    send(get_);
    clock.advance(20s);
    send(get_);
    EXPECT_EQ(server.accepted, 1);
    clock.advance(20'001ms);
    send(get_);
    EXPECT_EQ(server.accepted, 2);
}

TEST_F(ClientTest, AConnectionIsGivenUpAfterSoManyRequests) {
    for (int i = 0; i < 2; ++i) server.expect(serve_forever);
    ClientOptions options;
    options.max_requests = 2;
    connect(options);
    for (int i = 0; i < 3; ++i) send(get_);
    EXPECT_EQ(server.accepted, 2);
}

TEST_F(ClientTest, AnswersThatAreNotHttpOrNotCompleteAreAmbiguous) {
    const std::vector<std::string> answers{
        "garbage\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "",
    };
    for (const auto& text : answers) {
        server.expect([text](Peer& peer) -> Task<void> {
            co_await peer.read_request();
            co_await peer.write(text);
            peer.close();
        });
        EXPECT_EQ(phase_of(send(post_)), Phase::response) << text.substr(0, 60);
    }
}

TEST_F(ClientTest, InterimAnswersAreSkippedAndAFloodOfThemEnds) {
    server.expect([](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        co_await peer.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n");
        co_await peer.answer("last");
    });
    EXPECT_EQ(send(get_)->body, "last");
    client.reset();
    server.expect([](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        for (int i = 0; i < 50; ++i) co_await peer.write("HTTP/1.1 103 Early Hints\r\n\r\n");
    });
    EXPECT_EQ(phase_of(send(post_)), Phase::response);
}

TEST_F(ClientTest, ARequestWithoutConnectionKeepAliveFromThePeerIsNotPooled) {
    server.expect([](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        co_await peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        co_await peer.read_request();
    });
    EXPECT_EQ(send(get_)->status, 200);
    EXPECT_EQ(client->idle_connections(), 0u);
}

// Socket time limits are real time: the only tests here that wait, and for a tenth of a second at most.
class ClientTimeout : public ::testing::Test {
 protected:
    ~ClientTimeout() override {
        server.stop();
        client.close_idle();
        io.restart();
        io.poll();
    }

    Outcome send(milliseconds total) {
        const Call call{.method = "POST", .target = "/", .body = "x", .safe_to_repeat = false, .total = total};
        std::optional<Outcome> out;
        boost::asio::co_spawn(io, client.send(call, Deadline{}),
                              [&](std::exception_ptr, Outcome outcome) { out = std::move(outcome); });
        io.restart();
        while (!out && io.run_one_for(10s) > 0) {
        }
        EXPECT_TRUE(out.has_value());
        return out.value_or(std::unexpected(Failure{Phase::refused, "the call never ended"}));
    }

    boost::asio::io_context io;
    SystemClock clock{io.get_executor()};
    test::RawServer server{io};
    Client client{io.get_executor(), clock, Endpoint{false, "127.0.0.1", std::to_string(server.port()), ""}};
};

TEST_F(ClientTimeout, AnAnswerThatNeverComesIsAmbiguousWhenTheTotalIsOver) {
    server.expect([](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        co_await peer.read_request();
    });
    server.run(io);
    const auto outcome = send(50ms);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().phase, Phase::response);
}

TEST_F(ClientTimeout, EveryCallOnAConnectionHasItsOwnTime) {
    server.expect([this](Peer& peer) -> Task<void> {
        co_await peer.read_request();
        co_await peer.answer();
        co_await peer.read_request();
        co_await clock.sleep_for(100ms);
        co_await peer.answer();
        co_await peer.read_request();
        co_await peer.read_request();
    });
    server.run(io);
    EXPECT_TRUE(send(50ms));
    EXPECT_TRUE(send(10s)) << "the time of the call before is over, not this one's";
    const auto outcome = send(50ms);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().phase, Phase::response);
    EXPECT_EQ(outcome.error().what, "response: The socket was closed due to a timeout");
    EXPECT_EQ(server.accepted, 1);
}

TEST(ParseEndpoint, TakesHttpsAnywhereAndHttpOnLoopbackOnly) {
    EXPECT_EQ(*parse_endpoint("https://api.intercom.io"), (Endpoint{true, "api.intercom.io", "443", ""}));
    EXPECT_EQ(*parse_endpoint("http://127.0.0.1:4010/v1/"), (Endpoint{false, "127.0.0.1", "4010", "/v1"}));
    EXPECT_EQ(*parse_endpoint("http://[::1]:80"), (Endpoint{false, "::1", "80", ""}));
    for (const auto* bad :
         {"http://api.intercom.io", "http://127.evil.example.com.", "ftp://127.0.0.1", "api.intercom.io", "https://",
          "https://u:p@h", "https://h?x", "https://h#x", "https://h:0", "https://h:", ""})
        EXPECT_FALSE(parse_endpoint(bad)) << bad;
}

}  // namespace
}  // namespace herald::http
