#include "tests/intercom_sim/segments.hpp"

#include <algorithm>

namespace sim {

namespace {
constexpr AttributeId tier_attribute = 0;  // the first preset attribute
}

const Segment* find_segment(std::string_view id) {
    const auto found = std::ranges::find(segments, id, &Segment::id);
    return found == segments.end() ? nullptr : &*found;
}

bool in_segment(const Segment& segment, const Contact& contact) {
    if (contact.role != segment.role) return false;
    if (segment.tier.empty()) return true;
    return std::ranges::any_of(contact.attributes, [&](const auto& held) {
        const auto* text = std::get_if<std::string>(&held.second);
        return held.first == tier_attribute && text && *text == segment.tier;
    });
}

}  // namespace sim
