#pragma once
// A person who looked says what became of a message that the machine knows nothing about.

#include <array>
#include <cstdint>
#include <string_view>

#include "domain/core/result.hpp"
#include "domain/delivery/state.hpp"

namespace herald {

enum class Resolution : std::uint8_t {
    accepted,  // Intercom has the message
    not_sent,  // Intercom does not have it: rejected(resolved), and only a retry sends it again
};

inline constexpr std::array all_resolutions{Resolution::accepted, Resolution::not_sent};

std::string_view name(Resolution resolution);  // the enumerator's own

// The reason of a delivery that was resolved as not sent.
inline constexpr std::string_view resolved_reason = "resolved";

// The state after it, or a conflict whose detail says the state and what is allowed in it.
Result<DeliveryState> resolved(DeliveryState from, Resolution resolution);

}  // namespace herald
