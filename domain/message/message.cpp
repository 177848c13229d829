#include "domain/message/message.hpp"

namespace herald {

std::string_view name(SendPolicy policy) {
    switch (policy) {
        case SendPolicy::at_least_once:
            return "at_least_once";
        case SendPolicy::at_most_once:
            return "at_most_once";
    }
    return "";
}

std::optional<SendPolicy> send_policy(std::string_view text) {
    for (const auto policy : all_send_policies)
        if (name(policy) == text) return policy;
    return {};
}

std::string_view name(MessageState state) {
    switch (state) {
        case MessageState::sending:
            return "sending";
        case MessageState::accepted:
            return "accepted";
        case MessageState::rejected:
            return "rejected";
        case MessageState::unknown:
            return "unknown";
        case MessageState::not_sent:
            return "not_sent";
    }
    return "";
}

std::optional<MessageState> message_state(std::string_view text) {
    for (const auto state : all_message_states)
        if (name(state) == text) return state;
    return {};
}

}  // namespace herald
