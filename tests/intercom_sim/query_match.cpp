#include <algorithm>
#include <cmath>

#include "tests/intercom_sim/query.hpp"

namespace sim {

namespace {

constexpr double seconds_per_day = 86400;  // the workspace's time zone is UTC

bool equal(const FieldValue& value, const Literal& literal) {
    if (std::holds_alternative<std::monostate>(literal)) return std::holds_alternative<std::monostate>(value);
    if (const auto* text = std::get_if<std::string>(&literal)) {
        const auto* held = std::get_if<std::string_view>(&value);
        return held && *held == *text;
    }
    if (const auto* number = std::get_if<double>(&literal)) {
        const auto* held = std::get_if<double>(&value);
        return held && *held == *number;
    }
    const auto* held = std::get_if<bool>(&value);
    return held && *held == std::get<bool>(literal);
}

bool compare_numbers(Operator op, double left, double right) {
    switch (op) {
        case Operator::eq:
            return left == right;
        case Operator::lt:
            return left < right;
        case Operator::gt:
            return left > right;
        case Operator::le:
            return left <= right;
        case Operator::ge:
            return left >= right;
        default:
            return false;
    }
}

bool ordered(const Query& query, const FieldValue& value, Dates dates) {
    const auto* left = std::get_if<double>(&value);
    const auto* right = std::get_if<double>(&query.values.front());
    if (!left || !right) return false;
    if (query.field.kind != FieldKind::date || dates == Dates::seconds) {
        return compare_numbers(query.op, *left, *right);
    }
    return compare_numbers(query.op, std::floor(*left / seconds_per_day), std::floor(*right / seconds_per_day));
}

bool text_match(Operator op, const FieldValue& value, const Literal& literal) {
    const auto* held = std::get_if<std::string_view>(&value);
    const auto* text = std::get_if<std::string>(&literal);
    if (!text) return false;
    if (op == Operator::lacks) return !held || held->find(*text) == std::string_view::npos;
    if (!held) return false;
    if (op == Operator::contains) return held->find(*text) != std::string_view::npos;
    return op == Operator::starts ? held->starts_with(*text) : held->ends_with(*text);
}

bool one_of(const Query& query, const FieldValue& value) {
    return std::ranges::any_of(query.values, [&](const Literal& literal) { return equal(value, literal); });
}

bool filter_matches(const Query& query, const Record& record, Dates dates) {
    if (query.field.kind == FieldKind::set) {
        const auto* member = std::get_if<std::string>(&query.values.front());
        return (member && record.has(query.field.id, *member)) == (query.op == Operator::eq);
    }
    const FieldValue value = record.value(query.field.id);
    using enum Operator;
    switch (query.op) {
        case eq:
            if (query.field.kind == FieldKind::date && std::holds_alternative<double>(query.values.front())) {
                return ordered(query, value, dates);
            }
            return equal(value, query.values.front());
        case ne:
            return !equal(value, query.values.front());
        case in:
            return one_of(query, value);
        case nin:
            return !one_of(query, value);
        case lt:
        case gt:
        case le:
        case ge:
            return ordered(query, value, dates);
        case contains:
        case lacks:
        case starts:
        case ends:
            return text_match(query.op, value, query.values.front());
    }
    return false;
}

}  // namespace

bool matches(const Query& query, const Record& record, Dates dates) {
    const auto each = [&](const Query& child) { return matches(child, record, dates); };
    switch (query.kind) {
        case Query::Kind::all:
            return std::ranges::all_of(query.children, each);
        case Query::Kind::any:
            return std::ranges::any_of(query.children, each);
        case Query::Kind::filter:
            return filter_matches(query, record, dates);
    }
    return false;
}

}  // namespace sim
