#include "domain/automation/places.hpp"

#include <gtest/gtest.h>

#include "definitions.hpp"
#include "tests/support/manual_clock.hpp"

namespace herald::testing {
namespace {

class PlacesTest : public ::testing::Test {
 protected:
    using Taken = test::Started<std::optional<Places::Place>>;

    Taken take(const std::string& url) { return test::start(io, places.take(url)); }

    boost::asio::io_context io;
    test::ManualClock clock{io};
    Places places{clock, {.all = 3, .same_url = 2, .waiting = 3, .waiting_same_url = 2, .patience = 30s}};
};

TEST_F(PlacesTest, AFewAtOnceAndFewerToOneUrl) {
    auto a1 = take("a");
    auto a2 = take("a");
    auto a3 = take("a");
    auto b1 = take("b");
    auto c1 = take("c");
    EXPECT_TRUE(a1.done() && a2.done() && b1.done());
    EXPECT_FALSE(a3.done());  // two are there already
    EXPECT_FALSE(c1.done());  // three in all
    EXPECT_EQ(places.waiting(), 2U);
    a1.get().reset();
    clock.settle();
    EXPECT_TRUE(a3.done());  // first its own line
    EXPECT_FALSE(c1.done());
    b1.get().reset();
    clock.settle();
    EXPECT_TRUE(c1.done());
    EXPECT_TRUE(c1.get());
}

TEST_F(PlacesTest, WhoWaitsLongestIsNext) {
    auto a1 = take("a");
    auto a2 = take("a");
    auto a3 = take("a");
    auto a4 = take("a");
    a1.get().reset();
    clock.settle();
    EXPECT_TRUE(a3.done());
    EXPECT_FALSE(a4.done());
    a3.get().reset();
    clock.settle();
    EXPECT_TRUE(a4.done());
}

TEST_F(PlacesTest, ALineThatIsTooLongOrTooSlowIsLeft) {
    auto a1 = take("a");
    auto a2 = take("a");
    auto a3 = take("a");
    auto a4 = take("a");
    auto a5 = take("a");
    EXPECT_TRUE(a5.done());
    EXPECT_FALSE(a5.get());
    clock.advance(30s);
    EXPECT_TRUE(a3.done() && a4.done());
    EXPECT_FALSE(a3.get());
    EXPECT_EQ(places.waiting(), 0U);
    a1.get().reset();
    auto a6 = take("a");
    EXPECT_TRUE(a6.get());
}

TEST_F(PlacesTest, NobodyWaitsForAPlaceWhenNothingBeginsAnyMore) {
    auto a1 = take("a");
    auto a2 = take("a");
    auto a3 = take("a");
    places.stop();
    clock.settle();
    EXPECT_TRUE(a3.done());
    EXPECT_FALSE(a3.get());
    auto a4 = take("b");
    EXPECT_FALSE(a4.get());
}

}  // namespace
}  // namespace herald::testing
