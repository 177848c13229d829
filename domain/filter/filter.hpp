#pragma once
// A condition on people as a small typed tree. The same one for audiences, triggers, branches and exits; what each
// of them can do with it is said where it is used.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace herald {

enum class FilterOp : std::uint8_t {
    eq,
    ne,
    in,
    not_in,
    gt,
    lt,
    gte,
    lte,
    contains,
    not_contains,
    starts_with,
    ends_with,
    exists,       // with true or false
    within_last,  // with a duration (core/duration.hpp), as the next three: from so long ago until now
    not_within_last,
    within_next,  // from now until so much later
    not_within_next,
};

inline constexpr std::array all_filter_ops{FilterOp::eq,
                                           FilterOp::ne,
                                           FilterOp::in,
                                           FilterOp::not_in,
                                           FilterOp::gt,
                                           FilterOp::lt,
                                           FilterOp::gte,
                                           FilterOp::lte,
                                           FilterOp::contains,
                                           FilterOp::not_contains,
                                           FilterOp::starts_with,
                                           FilterOp::ends_with,
                                           FilterOp::exists,
                                           FilterOp::within_last,
                                           FilterOp::not_within_last,
                                           FilterOp::within_next,
                                           FilterOp::not_within_next};

std::string_view name(FilterOp op);  // the enumerator's own
// Whether it compares with a list of values.
constexpr bool takes_list(FilterOp op) {
    return op == FilterOp::in || op == FilterOp::not_in;
}
constexpr bool is_equality(FilterOp op) {
    return op == FilterOp::eq || op == FilterOp::ne;
}
constexpr bool compares_order(FilterOp op) {
    return op == FilterOp::gt || op == FilterOp::lt || op == FilterOp::gte || op == FilterOp::lte;
}
// Whether it looks for a text within a text.
constexpr bool looks_inside(FilterOp op) {
    return op == FilterOp::contains || op == FilterOp::not_contains || op == FilterOp::starts_with ||
           op == FilterOp::ends_with;
}
// Whether it compares a date with the time at which it is asked.
constexpr bool is_relative(FilterOp op) {
    return op == FilterOp::within_last || op == FilterOp::not_within_last || op == FilterOp::within_next ||
           op == FilterOp::not_within_next;
}

using FilterScalar = std::variant<bool, std::int64_t, double, std::string>;  // a date is whole Unix seconds

struct FilterCondition {
    std::string field;
    FilterOp op{};
    std::vector<FilterScalar> values;  // exactly one, unless takes_list(op)

    friend bool operator==(const FilterCondition&, const FilterCondition&) = default;
};

struct Filter {
    enum class Kind : std::uint8_t { condition, all, any };
    Kind kind{};
    FilterCondition condition;  // of Kind::condition
    std::vector<Filter> parts;  // of Kind::all and Kind::any

    static Filter where(std::string field, FilterOp op, std::vector<FilterScalar> values);
    static Filter all(std::vector<Filter> parts) { return {Kind::all, {}, std::move(parts)}; }
    static Filter any(std::vector<Filter> parts) { return {Kind::any, {}, std::move(parts)}; }

    friend bool operator==(const Filter&, const Filter&) = default;
};

}  // namespace herald
