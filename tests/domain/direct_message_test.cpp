#include <gtest/gtest.h>

#include "domain/message/settle.hpp"

namespace herald {
namespace {

Delivered failed(Errc code, int attempts, int ambiguous, std::string upstream = {}) {
    return {Error{code, "Intercom answered", {}, std::move(upstream), "r1"}, attempts, ambiguous};
}

DirectMessage settled(const Delivered& delivered) {
    DirectMessage message;
    message.state = MessageState::sending;
    settle(message, delivered, WallTime{milliseconds(5)});
    EXPECT_EQ(message.updated_at, WallTime{milliseconds(5)});
    EXPECT_EQ(message.attempts, delivered.attempts);
    return message;
}

TEST(DirectMessage, IsAcceptedWithIntercomsIds) {
    const auto message = settled({Receipt{"19", "r1"}, 1, 0});
    EXPECT_EQ(message.state, MessageState::accepted);
    EXPECT_EQ(message.intercom_id, "19");
    EXPECT_EQ(message.request_id, "r1");
    EXPECT_FALSE(message.possible_duplicate);
    EXPECT_TRUE(settled({Receipt{"19", "r1"}, 2, 1}).possible_duplicate);
}

TEST(DirectMessage, EndsByWhatTheErrorSaysAboutExecution) {
    for (const auto code : {Errc::contact_not_found, Errc::contact_merged, Errc::unsubscribed, Errc::content_rejected,
                            Errc::contact_conflict, Errc::contact_suppressed})
        EXPECT_EQ(settled(failed(code, 1, 0)).state, MessageState::rejected) << name(code);
    for (const auto code : {Errc::credential, Errc::rate_limited, Errc::not_executed, Errc::upstream_unavailable,
                            Errc::deadline_exceeded, Errc::shutting_down})
        EXPECT_EQ(settled(failed(code, 1, 0)).state, MessageState::not_sent) << name(code);
    EXPECT_EQ(settled(failed(Errc::outcome_unknown, 1, 1)).state, MessageState::unknown);
    EXPECT_EQ(settled(failed(Errc::content_rejected, 1, 0, "parameter_invalid")).reason, "parameter_invalid");
}

TEST(DirectMessage, IsUnknownAfterAnAmbiguousAttemptWhateverFollowed) {
    for (const auto code : {Errc::content_rejected, Errc::credential, Errc::upstream_unavailable, Errc::rate_limited}) {
        const auto message = settled(failed(code, 2, 1));
        EXPECT_EQ(message.state, MessageState::unknown) << name(code);
        EXPECT_EQ(message.reason, "outcome_unknown");
        EXPECT_FALSE(message.possible_duplicate);
        EXPECT_EQ(error_of(failed(code, 2, 1))->code, Errc::outcome_unknown);
    }
    EXPECT_TRUE(settled(failed(Errc::outcome_unknown, 4, 4)).possible_duplicate);
}

TEST(DirectMessage, NamesOfStatesAndPoliciesAreTheirOwnInverse) {
    for (const auto state : all_message_states) EXPECT_EQ(message_state(name(state)), state);
    for (const auto policy : all_send_policies) EXPECT_EQ(send_policy(name(policy)), policy);
}

}  // namespace
}  // namespace herald
