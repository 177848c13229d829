#pragma once
// Whether a filter can be answered, by whoever is asked: what is the same for all of them. Pure, so that a filter is
// refused when it is written and not when it is needed.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "domain/filter/fields.hpp"
#include "domain/filter/filter.hpp"

namespace herald {

enum class FilterPart : std::uint8_t { whole, field, op, value };

struct FilterRefusal {
    std::vector<std::size_t> path;  // from the root: which part of which group
    FilterPart part{};
    std::string reason;

    friend bool operator==(const FilterRefusal&, const FilterRefusal&) = default;
};

// Of every filter, whoever answers it. Depth and width are those of Intercom's search.
inline constexpr std::size_t deepest_search = 2;          // groups inside each other
inline constexpr std::size_t longest_search_group = 15;   // parts of one group
inline constexpr std::size_t most_search_values = 50;     // of in and not_in; Intercom documents no limit
inline constexpr std::size_t longest_search_value = 255;  // bytes: no attribute of Intercom's is longer

// What is different with each who answers. Every function gives the reason of a refusal; empty: it is taken.
class FilterRules {
 public:
    virtual ~FilterRules() = default;
    virtual std::string field_refused(std::string_view field) const = 0;
    virtual std::string op_refused(FieldType type, FilterOp op) const = 0;
    virtual std::string duration_refused(std::chrono::seconds duration) const = 0;
    // Whether a condition that is_relative() becomes a group of two.
    virtual bool relative_is_group() const = 0;
};

// Every mistake, in the order of the tree.
std::vector<FilterRefusal> refused(const Filter& filter, const FilterRules& rules);

// Why a custom attribute cannot have this name; empty: it can.
std::string attribute_refused(std::string_view name);

}  // namespace herald
