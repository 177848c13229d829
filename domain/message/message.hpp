#pragma once
// One message to one contact at somebody's direct request, and what became of it.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/campaign/campaign.hpp"
#include "domain/message/send_policy.hpp"

namespace herald {

using MessageId = Id<struct MessageTag>;

enum class MessageState : std::uint8_t {
    sending,   // the intent is durable, the outcome is not
    accepted,  // Intercom took it
    rejected,  // Intercom refused it, and nothing was sent
    unknown,   // it may or may not have been sent; the machine never sends it again
    not_sent,  // no attempt was executed
};

inline constexpr std::array all_message_states{MessageState::sending, MessageState::accepted, MessageState::rejected,
                                               MessageState::unknown, MessageState::not_sent};
std::string_view name(MessageState state);
std::optional<MessageState> message_state(std::string_view text);

struct DirectMessage {
    MessageId id;
    WorkspaceId workspace;
    ContactRef ref;     // as the caller named the person
    ContactId contact;  // whom the reference meant
    Channel channel{};
    std::string subject;  // as sent, like `body`
    std::string body;     // HTML
    Style style{};
    std::int64_t admin_id{};
    SendPolicy policy{};

    MessageState state{};
    std::int64_t attempts{};    // calls that went onto the wire
    bool possible_duplicate{};  // an attempt was repeated that may have been executed
    std::string intercom_id;    // of the accepted message
    std::string request_id;     // Intercom's, for its support
    std::string reason;         // of rejected, unknown and not_sent
    std::string detail;
    WallTime created_at{};
    WallTime updated_at{};

    friend bool operator==(const DirectMessage&, const DirectMessage&) = default;
};

}  // namespace herald
