#pragma once
// One value of a filter beside one fact, by the rules of judge().

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/contact/profile.hpp"
#include "domain/filter/filter.hpp"

namespace herald {

using Number = std::variant<std::int64_t, double>;

// Exact, also where a double cannot hold the integer.
std::partial_ordering compare(const Number& a, const Number& b);

// The number that a fact is, as a number, a text of one, or a date in RFC 3339 (Unix seconds).
std::optional<Number> number_in(const Scalar& fact);
std::optional<bool> flag_in(const Scalar& fact);

enum class Answer : std::uint8_t { yes, no, incomparable };

// `op`: eq, the four of order, contains, starts_with or ends_with. The rest are made of them.
Answer answer(FilterOp op, const FilterScalar& value, const Scalar& fact, bool ignore_case);

}  // namespace herald
