#pragma once
// Which filters Intercom's contact search can answer, and why not the others. Rules: API.md 3.3. Pure, so that a
// filter is refused when a campaign is created and not when it runs.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "domain/filter/filter.hpp"

namespace herald {

enum class FilterPart : std::uint8_t { whole, field, op, value };

struct FilterRefusal {
    std::vector<std::size_t> path;  // from the root: which part of which group
    FilterPart part{};
    std::string reason;

    friend bool operator==(const FilterRefusal&, const FilterRefusal&) = default;
};

inline constexpr std::size_t deepest_search = 2;          // groups inside each other
inline constexpr std::size_t longest_search_group = 15;   // parts of one group
inline constexpr std::size_t most_search_values = 50;     // of in and not_in; Intercom documents no limit
inline constexpr std::size_t longest_search_value = 255;  // bytes: no attribute of Intercom's is longer

// Every mistake, in the order of the tree. Empty: it can be searched for, as far as that is known here. Whether an
// attribute exists, and of which type it is, only Intercom knows.
std::vector<FilterRefusal> refused_by_contact_search(const Filter& filter);

// What the search calls a field: its own fields by their name; any other plain name is the custom attribute of that
// name ("tier" is "custom_attributes.tier").
std::string contact_search_field(std::string_view field);

}  // namespace herald
