#pragma once
// Contact ids are 24 hex digits that encode the position in the store, so a look-up by id needs no index.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim {

using ContactIndex = std::uint32_t;

std::string contact_id(ContactIndex index);
std::optional<ContactIndex> contact_index(std::string_view id);

}  // namespace sim
