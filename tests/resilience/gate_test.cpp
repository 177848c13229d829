#include "adapters/resilience/gate.hpp"

#include <gtest/gtest.h>

#include "adapters/resilience/resilient_exchange.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/scripted_exchange.hpp"

namespace herald::resilience {
namespace {

using namespace std::chrono_literals;

class GateTest : public ::testing::Test {
 protected:
    static http::Call me() {
        http::Call call;
        call.method = "GET";
        call.target = "/me";
        return call;
    }
    // Awaited later than it is named, so it must live as long as the fixture.
    const http::Call& search() const { return search_; }

    GateTest() {
        options_.limiter.limit_per_window = 1667;
        options_.limiter.initial_limit = 1667;
        make_gate();
    }
    // Coroutines that still wait go before what they wait for.
    ~GateTest() override { loop.reset(); }

    void make_gate() {
        breaker = std::make_unique<CircuitBreaker>(breaker_options_);
        gate = std::make_unique<Gate>(clock, random, upstream, me(), *breaker, options_, events_);
        observed = std::make_unique<ObservedExchange>(upstream, *gate);
        calls = std::make_unique<ResilientExchange>(clock, random, *observed, *gate, budget, Lane::campaign);
    }

    // Enters and settles at once; the error's code when refused.
    std::optional<Errc> enter_and_settle(Verdict verdict) {
        auto entered = test::start(io, gate->enter(Lane::campaign, Deadline{}));
        for (int i = 0; i < 100 && !entered.done(); ++i) clock.advance(10ms);
        EXPECT_TRUE(entered.done());
        if (!entered.get()) return entered.get().error().code;
        entered.get()->settle(verdict);
        return {};
    }
    void trip() {
        for (int i = 0; i < 5; ++i) EXPECT_EQ(enter_and_settle(Verdict::failure), std::nullopt);
    }

    http::Call search_{.method = "POST", .target = "/contacts/search"};
    std::unique_ptr<boost::asio::io_context> loop = std::make_unique<boost::asio::io_context>();
    boost::asio::io_context& io = *loop;
    test::ManualClock clock{io};
    test::SeededRandom random;
    test::ScriptedExchange upstream;
    GateOptions options_;
    BreakerOptions breaker_options_;
    GateEvents events_;
    RetryBudget budget;
    std::unique_ptr<CircuitBreaker> breaker;
    std::unique_ptr<Gate> gate;
    std::unique_ptr<ObservedExchange> observed;
    std::unique_ptr<ResilientExchange> calls;
};

TEST_F(GateTest, AnOpenCircuitRefusesAtOnceWithoutTouchingTheWireOrTheLimit) {
    trip();
    const auto before = clock.now();
    EXPECT_EQ(enter_and_settle(Verdict::success), Errc::upstream_unavailable);
    EXPECT_EQ(clock.now(), before);
    EXPECT_TRUE(upstream.calls.empty());
    EXPECT_EQ(gate->status().waiting, WaitReason::circuit_open);
    EXPECT_EQ(gate->inflight(), 0u);
}

TEST_F(GateTest, TheTrialOfASendIsSpentOnAHarmlessCallFirst) {
    trip();
    clock.advance(60s);
    EXPECT_TRUE(gate->status().trial);
    EXPECT_EQ(enter_and_settle(Verdict::success), std::nullopt);
    ASSERT_EQ(upstream.calls.size(), 1u);
    EXPECT_EQ(upstream.calls[0].target, "/me");
    EXPECT_EQ(gate->status().waiting, WaitReason::none);
}

TEST_F(GateTest, ATrialWhoseHarmlessCallFailsSendsNothingAndOpensForAnotherMinute) {
    trip();
    clock.advance(60s);
    upstream.reply(503);
    EXPECT_EQ(enter_and_settle(Verdict::success), Errc::upstream_unavailable);
    EXPECT_EQ(gate->status().waiting, WaitReason::circuit_open);
    EXPECT_FALSE(gate->status().trial);
    clock.advance(59s);
    EXPECT_FALSE(gate->status().trial);
    clock.advance(1s);
    EXPECT_TRUE(gate->status().trial);
    EXPECT_EQ(upstream.calls.size(), 1u);
}

TEST_F(GateTest, ATicketThatIsDroppedUnsettledFreesTheTrial) {
    trip();
    clock.advance(60s);
    {
        auto entered = test::start(io, gate->enter(Lane::campaign, Deadline{}));
        clock.advance(10ms);
        ASSERT_TRUE(entered.done() && entered.get());
        EXPECT_EQ(gate->inflight(), 1u);
    }
    clock.settle();
    EXPECT_EQ(gate->inflight(), 0u);
    EXPECT_TRUE(gate->status().trial);
    EXPECT_EQ(enter_and_settle(Verdict::success), std::nullopt);
}

TEST_F(GateTest, A429StopsEverybodyUntilTheTimeItNames) {
    upstream.reply(429, 1, {{"Retry-After", "7"}, {"X-RateLimit-Remaining", "0"}});
    auto first = test::start(io, calls->send(search(), Deadline{}));
    clock.advance(100ms);
    EXPECT_EQ(upstream.calls.size(), 1u);
    EXPECT_EQ(gate->status().waiting, WaitReason::rate_limit);
    auto send = test::start(io, gate->enter(Lane::campaign, Deadline{}));
    clock.advance(6'800ms);
    EXPECT_FALSE(send.done());
    EXPECT_EQ(upstream.calls.size(), 1u);
    clock.advance(500ms);
    EXPECT_TRUE(send.done());
    ASSERT_TRUE(first.done());
    EXPECT_EQ(first.get()->status, 200);
    EXPECT_EQ(upstream.calls.size(), 2u);
}

TEST_F(GateTest, ACallerWhoseDeadlineEndsBeforeTheBlockIsToldAtOnce) {
    upstream.reply(429, 1, {{"Retry-After", "30"}});
    auto first = test::start(io, calls->send(search(), Deadline{}));
    clock.advance(100ms);
    auto impatient = test::start(io, gate->enter(Lane::interactive, Deadline::after(clock.now(), 5s)));
    ASSERT_TRUE(impatient.done());
    EXPECT_EQ(impatient.get().error().code, Errc::rate_limited);
    EXPECT_GT(impatient.get().error().retry_after, 29s);
    clock.advance(31s);
    EXPECT_TRUE(first.done());
}

TEST_F(GateTest, ARefusedCredentialHoldsEverybodyAndRecoversByItself) {
    gate->hold_credential();
    EXPECT_EQ(enter_and_settle(Verdict::success), Errc::credential);
    EXPECT_EQ(gate->status().waiting, WaitReason::credential);
    upstream.reply(401).reply(200);
    const auto check = [&] {
        auto done = test::start(io, [](Gate& g) -> Task<bool> {
            co_await g.check_credential();
            co_return true;
        }(*gate));
        clock.advance(10ms);
        EXPECT_TRUE(done.done());
    };
    check();  // not due yet
    EXPECT_TRUE(upstream.calls.empty());
    clock.advance(5s);
    check();
    EXPECT_EQ(upstream.calls.size(), 1u);
    EXPECT_EQ(gate->status().waiting, WaitReason::credential);
    clock.advance(60s);
    check();
    EXPECT_EQ(upstream.calls.size(), 2u);
    EXPECT_EQ(gate->status().waiting, WaitReason::none);
}

TEST_F(GateTest, AHoldThatComesBackAfterAGoodCheckIsCheckedOnceAMinute) {
    const auto check = [&] {
        auto done = test::start(io, [](Gate& g) -> Task<bool> {
            co_await g.check_credential();
            co_return true;
        }(*gate));
        clock.advance(10ms);
    };
    gate->hold_credential();
    clock.advance(5s);
    check();
    ASSERT_EQ(gate->status().waiting, WaitReason::none);
    gate->hold_credential();
    EXPECT_EQ(gate->status().until, clock.now() + 60s);
    clock.advance(60s);
    check();
    EXPECT_EQ(enter_and_settle(Verdict::success), std::nullopt);
    gate->hold_credential();
    EXPECT_EQ(gate->status().until, clock.now() + 5s) << "a real call has worked meanwhile";
}

TEST_F(GateTest, AStopEndsEveryWaitAtOnce) {
    upstream.reply(429, 1, {{"Retry-After", "600"}});
    auto call = test::start(io, calls->send(search(), Deadline{}));
    clock.advance(10ms);
    auto send = test::start(io, gate->enter(Lane::campaign, Deadline{}));
    ASSERT_FALSE(send.done());
    gate->stop();
    clock.settle();
    ASSERT_TRUE(send.done() && call.done());
    EXPECT_EQ(send.get().error().code, Errc::shutting_down);
    EXPECT_EQ(enter_and_settle(Verdict::success), Errc::shutting_down);
}

TEST_F(GateTest, WithoutATokenNothingIsEverSent) {
    options_.has_credential = false;
    make_gate();
    EXPECT_EQ(enter_and_settle(Verdict::success), Errc::credential);
    EXPECT_EQ(gate->status().until, SteadyTime::max());
}

TEST_F(GateTest, NoMoreCallsAreInFlightThanTheLimitAndWaitersGoInTurn) {
    breaker_options_.inflight_max = 2;
    make_gate();
    auto a = test::start(io, gate->enter(Lane::campaign, Deadline{}));
    auto b = test::start(io, gate->enter(Lane::campaign, Deadline{}));
    auto c = test::start(io, gate->enter(Lane::campaign, Deadline{}));
    clock.advance(1s);
    ASSERT_TRUE(a.done() && b.done());
    EXPECT_FALSE(c.done());
    {
        auto gone = std::move(a.get());
    }
    clock.settle();
    EXPECT_TRUE(c.done());
    EXPECT_EQ(gate->inflight(), 2u);
}

TEST_F(GateTest, LanesShareTheLimitByWeight) {
    // Everybody waits for the same gate: 400 slots are dealt while both lanes are backlogged.
    int campaign = 0;
    int background = 0;
    struct Enter {
        static Task<bool> forever(Gate& gate, Lane lane, int& count) {
            for (;;) {
                if (!co_await gate.slot(lane, Deadline{})) co_return false;
                ++count;
            }
        }
    };
    boost::asio::co_spawn(io, Enter::forever(*gate, Lane::campaign, campaign), [](std::exception_ptr, bool) {});
    boost::asio::co_spawn(io, Enter::forever(*gate, Lane::background, background), [](std::exception_ptr, bool) {});
    clock.advance(10s);
    EXPECT_GE(campaign + background, 1617);
    EXPECT_LE(campaign + background, 1667);
    EXPECT_NEAR(static_cast<double>(campaign) / background, 2.0, 0.02);
}

TEST_F(GateTest, SafeCallsAreRetriedAfterOneTwoAndFourSecondsAndThenGivenUp) {
    upstream.reply(503, 3).fail(http::Phase::connect);
    auto call = test::start(io, calls->send(search(), Deadline{}));
    const auto seen = [&] { return upstream.calls.size(); };
    clock.advance(10ms);
    EXPECT_EQ(seen(), 1u);
    clock.advance(980ms);
    EXPECT_EQ(seen(), 1u);
    clock.advance(300ms);  // 1 s, stretched by up to a quarter
    EXPECT_EQ(seen(), 2u);
    clock.advance(2'600ms);
    EXPECT_EQ(seen(), 3u);
    clock.advance(5'200ms);
    EXPECT_EQ(seen(), 4u);
    ASSERT_TRUE(call.done());
    EXPECT_EQ(call.get().error().phase, http::Phase::connect);
}

TEST_F(GateTest, UnauthorizedAndNotFoundAreNotRetried) {
    for (const int status : {401, 404}) {
        upstream.calls.clear();
        upstream.reply(status);
        auto call = test::start(io, calls->send(search(), Deadline{}));
        clock.advance(20s);
        ASSERT_TRUE(call.done());
        EXPECT_EQ(call.get()->status, status);
        EXPECT_EQ(upstream.calls.size(), 1u);
    }
}

TEST_F(GateTest, ARetryThatCannotEndInTimeIsNotStarted) {
    upstream.reply(503, 4);
    auto call = test::start(io, calls->send(search(), Deadline::after(clock.now(), 900ms)));
    clock.advance(10ms);
    ASSERT_TRUE(call.done());
    EXPECT_EQ(call.get()->status, 503);
}

TEST_F(GateTest, TheLimitIsLearntFromTheAnswers) {
    upstream.reply(200, 1, {{"X-RateLimit-Limit", "500"}});
    auto call = test::start(io, calls->send(search(), Deadline{}));
    clock.advance(10ms);
    ASSERT_TRUE(call.done());
    EXPECT_EQ(gate->limiter().limit(), 500);
}

TEST_F(GateTest, TheLimitsSayWhoUsedTheLastWindowAndForgetIt) {
    EXPECT_EQ(enter_and_settle(Verdict::success), std::nullopt);
    auto call = test::start(io, gate->slot(Lane::interactive, Deadline{}));
    clock.advance(100ms);
    ASSERT_TRUE(call.done());
    const auto limits = gate->limits();
    EXPECT_EQ(limits.pace.used_by_lane, (std::array<std::int64_t, 4>{1, 0, 1, 0}));
    EXPECT_EQ(limits.pace.used(), 2);
    EXPECT_EQ(limits.pace.limit_per_window, 1667);
    EXPECT_EQ(limits.pace.blocked_until, std::nullopt);
    EXPECT_EQ(limits.circuit.state, CircuitState::closed);
    EXPECT_EQ(limits.credential.state, CredentialState::ok);
    EXPECT_EQ(limits.inflight_max, 128u);
    clock.advance(10s);
    EXPECT_EQ(gate->limits().pace.used(), 0);
}

TEST_F(GateTest, TellsHowLongEverySlotWasWaitedFor) {
    std::vector<std::pair<Lane, SteadyTime::duration>> waits;
    events_.slot = [&waits](Lane lane, SteadyTime::duration waited) { waits.emplace_back(lane, waited); };
    make_gate();
    gate->observe(http::Reply{429, {{"Retry-After", "7"}}, ""});
    auto slot = test::start(io, gate->slot(Lane::campaign, Deadline{}));
    clock.advance(8s);
    ASSERT_TRUE(slot.done());
    ASSERT_EQ(waits.size(), 1u);
    EXPECT_EQ(waits[0].first, Lane::campaign);
    EXPECT_GE(waits[0].second, 7s);
}

TEST_F(GateTest, TheLimitsSayWhatHoldsCallsBackAndUntilWhen) {
    trip();
    EXPECT_EQ(gate->limits().circuit.state, CircuitState::open);
    EXPECT_EQ(gate->limits().circuit.reason, "consecutive_failures");
    EXPECT_EQ(gate->limits().circuit.until, clock.wall_now() + 60s);
    clock.advance(60s);
    EXPECT_EQ(enter_and_settle(Verdict::success), std::nullopt);
    EXPECT_EQ(gate->limits().circuit.state, CircuitState::closed);
    EXPECT_EQ(gate->limits().circuit.reason, "");
    EXPECT_EQ(gate->limits().inflight_max, 8u);

    gate->hold_credential();
    EXPECT_EQ(gate->limits().credential.state, CredentialState::held);
    EXPECT_EQ(gate->limits().credential.next_check, clock.wall_now() + 5s);
    gate->observe(http::Reply{429, {{"Retry-After", "7"}}, ""});
    EXPECT_GE(gate->limits().pace.blocked_until, clock.wall_now() + 7s);
    options_.has_credential = false;
    make_gate();
    EXPECT_EQ(gate->limits().credential.state, CredentialState::missing);
}

TEST_F(GateTest, WhatOneGateLearnsAboutAHostHoldsForEveryGateToIt) {
    Gate other(clock, random, upstream, me(), *breaker, options_);
    trip();
    auto refused = test::start(io, other.enter(Lane::campaign, Deadline{}));
    ASSERT_TRUE(refused.done());
    EXPECT_EQ(refused.get().error().code, Errc::upstream_unavailable);
    EXPECT_EQ(other.limits().circuit.state, CircuitState::open);
}

class OwnedCredential : public GateTest {
 protected:
    void given_that_the_token_must_belong_to(const std::string& app) {
        options_.right_workspace = [app](const http::Reply& reply) { return reply.body == app; };
        events_.credential = [this](CredentialState state) { seen.push_back(state); };
        make_gate();
    }
    void check() {
        const auto checked = test::start(io, [](Gate& g) -> Task<bool> {
            co_await g.check_credential();
            co_return true;
        }(*gate));
        EXPECT_TRUE(checked.done());
    }

    std::vector<CredentialState> seen;
};

TEST_F(OwnedCredential, NothingGoesOutBeforeItIsKnownWhoseTheTokenIs) {
    given_that_the_token_must_belong_to("ours");
    EXPECT_EQ(enter_and_settle(Verdict::success), Errc::credential);
    EXPECT_EQ(gate->limits().credential.state, CredentialState::unchecked);
    upstream.reply(200, 1, {}, "ours");
    check();
    EXPECT_EQ(seen, std::vector{CredentialState::ok});
    EXPECT_EQ(enter_and_settle(Verdict::success), std::nullopt);
}

TEST_F(OwnedCredential, ATokenOfAnotherWorkspaceSendsNothingAndIsAskedAboutAgain) {
    given_that_the_token_must_belong_to("ours");
    upstream.reply(200, 1, {}, "theirs").reply(200, 1, {}, "ours");
    check();
    EXPECT_EQ(gate->limits().credential.state, CredentialState::other_workspace);
    EXPECT_EQ(enter_and_settle(Verdict::success), Errc::credential);
    check();  // not due yet
    EXPECT_EQ(upstream.calls.size(), 1u);
    clock.advance(60s);
    check();
    EXPECT_EQ(enter_and_settle(Verdict::success), std::nullopt);
    EXPECT_EQ(seen, (std::vector{CredentialState::other_workspace, CredentialState::ok}));
}

}  // namespace
}  // namespace herald::resilience
