#include "domain/delivery/resolve.hpp"

#include <fmt/format.h>

namespace herald {
namespace {

DeliveryEvent event_of(Resolution resolution) {
    return resolution == Resolution::accepted ? DeliveryEvent::confirm : DeliveryEvent::deny;
}

}  // namespace

std::string_view name(Resolution resolution) {
    switch (resolution) {
        case Resolution::accepted:
            return "accepted";
        case Resolution::not_sent:
            return "not_sent";
    }
    return "";
}

Result<DeliveryState> resolved(DeliveryState from, Resolution resolution) {
    if (const auto to = next_state(from, event_of(resolution))) return *to;
    const bool again = next_state(from, DeliveryEvent::requeue).has_value();
    return Error{Errc::conflict,
                 fmt::format("the delivery is {}: resolve is for those that are {}, allowed: {}", name(from),
                             name(DeliveryState::unknown), again ? "retry of its campaign" : "nothing")};
}

}  // namespace herald
