#include <gtest/gtest.h>

#include "domain/core/id.hpp"
#include "domain/core/time.hpp"
#include "tests/support/manual_clock.hpp"

namespace herald {
namespace {

using namespace std::chrono_literals;

TEST(Ids, SortByCreationAndAreRecognised) {
    test::SeededRandom random;
    const auto first = make_id("cmp", WallTime{1'000ms}, random);
    const auto second = make_id("cmp", WallTime{1'001ms}, random);
    EXPECT_LT(first, second);
    EXPECT_TRUE(is_id("cmp", first));
    EXPECT_FALSE(is_id("dlv", first));
    EXPECT_FALSE(is_id("cmp", first.substr(1)));
    EXPECT_FALSE(is_id("cmp", "cmp_" + std::string(26, 'u')));
}

TEST(Ids, OfNumbersRoundTripAndSort) {
    for (const std::int64_t n :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{31}, std::int64_t{32}, std::int64_t{1} << 40U})
        EXPECT_EQ(number_of_id("dlv", number_id("dlv", n)), n);
    EXPECT_LT(number_id("dlv", 9), number_id("dlv", 1'000'000));
    EXPECT_EQ(number_of_id("dlv", "dlv_zzzzzzzzzzzzz"), std::nullopt);
}

TEST(Time, IsWrittenAsRfc3339InUtcWithMilliseconds) {
    EXPECT_EQ(to_rfc3339(WallTime{1'763'922'867'045ms}), "2025-11-23T18:34:27.045Z");
}

TEST(ManualClock, WakesInOrderAndOnlyWhenDue) {
    boost::asio::io_context io;
    test::ManualClock clock(io);
    std::vector<int> woken;
    auto sleeper = [&](int n, milliseconds wait) -> Task<bool> {
        co_await clock.sleep_for(wait);
        woken.push_back(n);
        co_return true;
    };
    auto a = test::start(io, sleeper(1, 20ms));
    auto b = test::start(io, sleeper(2, 10ms));
    clock.advance(9ms);
    EXPECT_TRUE(woken.empty());
    clock.advance(1ms);
    EXPECT_EQ(woken, (std::vector{2}));
    clock.advance(10ms);
    EXPECT_EQ(woken, (std::vector{2, 1}));
}

TEST(ManualClock, ARingBeforeTheWaitIsRemembered) {
    boost::asio::io_context io;
    test::ManualClock clock(io);
    const auto alarm = clock.make_alarm();
    alarm->ring();
    auto wait = test::start(io, alarm->wait_until(clock.now() + 1h));
    ASSERT_TRUE(wait.done());
    EXPECT_TRUE(wait.get());
}

}  // namespace
}  // namespace herald
