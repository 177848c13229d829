#include "domain/filter/filter.hpp"

#include <utility>

namespace herald {

std::string_view name(FilterOp op) {
    switch (op) {
        case FilterOp::eq:
            return "eq";
        case FilterOp::ne:
            return "ne";
        case FilterOp::in:
            return "in";
        case FilterOp::not_in:
            return "not_in";
        case FilterOp::gt:
            return "gt";
        case FilterOp::lt:
            return "lt";
        case FilterOp::gte:
            return "gte";
        case FilterOp::lte:
            return "lte";
        case FilterOp::contains:
            return "contains";
        case FilterOp::not_contains:
            return "not_contains";
        case FilterOp::starts_with:
            return "starts_with";
        case FilterOp::ends_with:
            return "ends_with";
        case FilterOp::exists:
            return "exists";
        case FilterOp::within_last:
            return "within_last";
        case FilterOp::not_within_last:
            return "not_within_last";
        case FilterOp::within_next:
            return "within_next";
        case FilterOp::not_within_next:
            return "not_within_next";
    }
    return "";
}

Filter Filter::where(std::string field, FilterOp op, std::vector<FilterScalar> values) {
    return {Kind::condition, {std::move(field), op, std::move(values)}, {}};
}

}  // namespace herald
