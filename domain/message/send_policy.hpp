#pragma once
// How often a single message may be sent.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace herald {

// What an attempt that may or may not have been executed leads to.
enum class SendPolicy : std::uint8_t {
    at_least_once,  // another attempt: the person may get the message twice
    at_most_once,   // `unknown`: the person may not get it at all
};

inline constexpr std::array all_send_policies{SendPolicy::at_least_once, SendPolicy::at_most_once};
std::string_view name(SendPolicy policy);
std::optional<SendPolicy> send_policy(std::string_view text);

}  // namespace herald
