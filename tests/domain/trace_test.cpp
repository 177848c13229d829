#include "domain/core/trace.hpp"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.hpp"

namespace herald {
namespace {

const std::string usual = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Traceparent, IsReadAndWritten) {
    const auto read = parse_traceparent(usual);
    ASSERT_TRUE(read);
    EXPECT_EQ(to_hex(read->trace), "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_EQ(read->span, 0x00f067aa0ba902b7U);
    EXPECT_EQ(read->flags, 1);
    EXPECT_EQ(to_traceparent(*read), usual);
}

TEST(Traceparent, OfALaterVersionMayHoldMore) {
    EXPECT_TRUE(parse_traceparent("cc" + usual.substr(2) + "-what-the-future-brings"));
    EXPECT_FALSE(parse_traceparent("cc" + usual.substr(2) + "x"));
    EXPECT_FALSE(parse_traceparent(usual + "-more"));
}

TEST(Traceparent, ThatIsNoneIsNotTaken) {
    for (std::string text : {std::string(), std::string("00"), "ff" + usual.substr(2), "0x" + usual.substr(2),
                             std::string("00-00000000000000000000000000000000-00f067aa0ba902b7-01"),
                             std::string("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"),
                             std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"),
                             std::string("00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01"), usual.substr(1)})
        EXPECT_FALSE(parse_traceparent(text)) << text;
}

TEST(Traceparent, IsContinuedWithAStepOfOurOwn) {
    test::SeededRandom random;
    const auto caller = parse_traceparent(usual);
    const auto ours = continue_trace(caller, random);
    EXPECT_EQ(ours.trace, caller->trace);
    EXPECT_NE(ours.span, caller->span);
    EXPECT_EQ(ours.flags, 1);
    EXPECT_EQ(continue_trace(TraceContext{caller->trace, 1, 0}, random).flags, 0);

    const auto made = continue_trace({}, random);
    EXPECT_TRUE(made.trace);
    EXPECT_EQ(parse_traceparent(to_traceparent(made)), made);
    EXPECT_NE(continue_trace({}, random).trace, made.trace);
}

}  // namespace
}  // namespace herald
