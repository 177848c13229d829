// The time limits of sockets are real time: tests that wait, for a tenth of a second each.

#include "adapters/system/clock.hpp"
#include "tests/webhook/client_fixture.hpp"

namespace herald::webhook {
namespace {

using namespace std::chrono_literals;
using test::Peer;

class WebhookTimeout : public test::ClientFixture<SystemClock> {
 protected:
    // One byte after the other, for as long as anybody listens.
    void drip(const std::string& start) {
        server.expect([this, start](Peer& peer) -> Task<void> {
            co_await peer.read_request();
            co_await peer.write(start);
            for (int i = 0; i < 100; ++i) {
                co_await peer.write("x");
                co_await clock.sleep_for(10ms);
            }
        });
    }
};

TEST_F(WebhookTimeout, AnAnswerThatNeverEndsIsGivenUp) {
    options.total = 100ms;
    drip("HTTP/1.1 200 OK\r\nX: ");
    EXPECT_EQ(error_of(plain()).code, Errc::outcome_unknown);
}

TEST_F(WebhookTimeout, ABodyThatNeverEndsChangesNothing) {
    options.total = 100ms;
    drip("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    EXPECT_TRUE(post(plain()));
    drip("HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n");
    EXPECT_EQ(error_of(plain()).code, Errc::content_rejected);
}

TEST_F(WebhookTimeout, TheCallersDeadlineEndsAnAttemptToo) {
    drip("HTTP/1.1 200 OK\r\nX: ");
    const auto result = post(plain(), Deadline::after(clock.now(), 100ms));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::outcome_unknown);
}

TEST_F(WebhookTimeout, AHandshakeThatNeverEndsWasNotExecuted) {
    options.connect = 100ms;
    server.expect([this](Peer&) -> Task<void> { co_await clock.sleep_for(1s); });
    EXPECT_EQ(error_of({.url = url("https"), .body = "{}"}).code, Errc::not_executed);
}

}  // namespace
}  // namespace herald::webhook
