#include "domain/delivery/resolve.hpp"

#include <gtest/gtest.h>

namespace herald {
namespace {

TEST(Resolve, IsForTheUnknownOnly) {
    EXPECT_EQ(resolved(DeliveryState::unknown, Resolution::accepted).value(), DeliveryState::accepted);
    EXPECT_EQ(resolved(DeliveryState::unknown, Resolution::not_sent).value(), DeliveryState::rejected);
    for (const auto from : all_delivery_states) {
        if (from == DeliveryState::unknown) continue;
        for (const auto resolution : all_resolutions)
            EXPECT_EQ(resolved(from, resolution).error().code, Errc::conflict) << name(from);
    }
}

TEST(Resolve, SaysTheStateAndWhatIsAllowedInIt) {
    EXPECT_EQ(resolved(DeliveryState::accepted, Resolution::not_sent).error().detail,
              "the delivery is accepted: resolve is for those that are unknown, allowed: nothing");
    EXPECT_EQ(resolved(DeliveryState::rejected, Resolution::accepted).error().detail,
              "the delivery is rejected: resolve is for those that are unknown, allowed: retry of its campaign");
}

}  // namespace
}  // namespace herald
