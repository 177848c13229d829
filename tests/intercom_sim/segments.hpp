#pragma once
// The fixed segments of the workspace. Membership is a rule, so it is never stale.

#include <array>
#include <string_view>

#include "tests/intercom_sim/contact.hpp"

namespace sim {

struct Segment {
    std::string_view id;
    std::string_view name;
    std::string_view tier{};  // members have this tier; empty: see `role`
    Role role{Role::user};
};

inline constexpr std::array<Segment, 5> segments{{{"56203d253cba4c8e1b000001", "All users"},
                                                  {"56203d253cba4c8e1b000002", "All leads", {}, Role::lead},
                                                  {"56203d253cba4c8e1b000003", "Gold", "gold"},
                                                  {"56203d253cba4c8e1b000004", "Silver", "silver"},
                                                  {"56203d253cba4c8e1b000005", "Enterprise", "enterprise"}}};

const Segment* find_segment(std::string_view id);
bool in_segment(const Segment& segment, const Contact& contact);

}  // namespace sim
