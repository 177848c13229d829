#include "adapters/webhook/turns.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <gtest/gtest.h>

#include "tests/support/manual_clock.hpp"

namespace herald::webhook {
namespace {

using namespace std::chrono_literals;
using Entered = test::Started<Result<Turns::Turn>>;

class TurnsTest : public ::testing::Test {
 protected:
    Entered enter(const std::string& place, milliseconds within = 10s) {
        return test::start(io, turns.enter(place, Deadline::after(clock.now(), within)));
    }
    // Whoever had the turn is through.
    void leave(Entered& entered) {
        {
            const auto gone = *std::move(entered.get());
        }
        clock.settle();
    }

    boost::asio::io_context io;
    test::ManualClock clock{io};
    Turns turns{clock, {.in_all = 3, .each = 2, .waiting = 4}};
};

TEST_F(TurnsTest, SoManyAtOnePlaceAndSoManyInAll) {
    auto a1 = enter("a"), a2 = enter("a"), a3 = enter("a"), b1 = enter("b"), c1 = enter("c");
    EXPECT_TRUE(a1.done() && a2.done() && b1.done());
    EXPECT_FALSE(a3.done() || c1.done());
    EXPECT_EQ(turns.taken(), 3U);
    EXPECT_EQ(turns.waiting(), 2U);

    leave(b1);
    EXPECT_TRUE(c1.done()) << "came later than a3, but a is full";
    EXPECT_FALSE(a3.done());
    leave(a1);
    EXPECT_TRUE(a3.done());
    leave(a2);
    leave(a3);
    leave(c1);
    EXPECT_EQ(turns.taken(), 0U);
}

TEST_F(TurnsTest, InTheOrderInWhichTheyCame) {
    auto a1 = enter("a"), a2 = enter("a"), a3 = enter("a"), a4 = enter("a");
    leave(a2);
    EXPECT_TRUE(a3.done());
    EXPECT_FALSE(a4.done());
    leave(a1);
    EXPECT_TRUE(a4.done());
}

TEST_F(TurnsTest, NobodyWaitsBeyondTheDeadline) {
    auto a1 = enter("a"), a2 = enter("a"), late = enter("a", 1s);
    clock.advance(999ms);
    EXPECT_FALSE(late.done());
    clock.advance(1ms);
    ASSERT_TRUE(late.done());
    EXPECT_EQ(late.get().error().code, Errc::not_executed);
    EXPECT_EQ(turns.waiting(), 0U);
    leave(a1);
    EXPECT_EQ(turns.taken(), 1U) << "no turn was kept for who has gone";
}

TEST_F(TurnsTest, TheQueueHasAnEnd) {
    auto a1 = enter("a"), a2 = enter("a");
    std::vector<Entered> waiting;
    for (int i = 0; i < 4; ++i) waiting.push_back(enter("a"));
    auto beyond = enter("a");
    ASSERT_TRUE(beyond.done());
    EXPECT_EQ(beyond.get().error().code, Errc::not_executed);
    EXPECT_TRUE(enter("b").done());
    clock.advance(10s);
}

// Whoever was given a turn and is gone before it could be taken has not kept it.
TEST_F(TurnsTest, ATurnGivenToSomebodyWhoIsCancelledGoesOn) {
    boost::asio::cancellation_signal cancel;
    auto a1 = enter("a"), a2 = enter("a");
    bool ended = false;
    boost::asio::co_spawn(
        io, [](Turns& turns) -> Task<void> { const auto turn = co_await turns.enter("a", Deadline{}); }(turns),
        boost::asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr) { ended = true; }));
    clock.settle();
    auto a4 = enter("a");
    {
        const auto gone = *std::move(a1.get());
    }
    cancel.emit(boost::asio::cancellation_type::terminal);
    clock.settle();
    EXPECT_TRUE(ended);
    EXPECT_TRUE(a4.done());
    leave(a2);
    leave(a4);
    EXPECT_EQ(turns.taken(), 0U);
}

TEST_F(TurnsTest, StoppingSendsAwayWhoWaitsAndWhoComes) {
    auto a1 = enter("a"), a2 = enter("a"), a3 = enter("a");
    turns.stop();
    clock.settle();
    ASSERT_TRUE(a3.done());
    EXPECT_EQ(a3.get().error().code, Errc::shutting_down);
    EXPECT_EQ(enter("b").get().error().code, Errc::shutting_down);
    EXPECT_EQ(turns.taken(), 2U);
}

}  // namespace
}  // namespace herald::webhook
