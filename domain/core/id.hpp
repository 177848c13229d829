#pragma once
// Identifiers: a prefix that names the resource and 26 characters of Crockford base 32, 48 bits of creation
// time before 80 bits of chance, so that they sort by creation and say nothing else.

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "domain/core/random.hpp"
#include "domain/core/time.hpp"

namespace herald {

// `prefix` without the underscore: make_id("cmp", …) -> "cmp_01hf…".
std::string make_id(std::string_view prefix, WallTime now, Random& random);
bool is_id(std::string_view prefix, std::string_view text);

// A row number as an id that sorts like the number ("dlv", 13 characters), and back.
std::string number_id(std::string_view prefix, std::int64_t number);
std::optional<std::int64_t> number_of_id(std::string_view prefix, std::string_view text);

// A string that is an id of one kind only; the tag keeps kinds apart at compile time.
template <class Tag>
struct Id {
    std::string value;

    friend auto operator<=>(const Id&, const Id&) = default;
};

using CampaignId = Id<struct CampaignTag>;
// Which Intercom workspace a row belongs to: the name it has in the configuration.
using WorkspaceId = Id<struct WorkspaceTag>;
// Intercom's own id of a contact (24 hex digits), never our caller's external id.
using ContactId = Id<struct ContactTag>;

}  // namespace herald
