// A filter as Intercom's contact search takes it.

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "adapters/intercom/wire.hpp"
#include "domain/filter/contact_search.hpp"

namespace herald::intercom {
namespace {

namespace json = boost::json;

std::string_view operator_of(FilterOp op) {
    switch (op) {
        case FilterOp::eq:
            return "=";
        case FilterOp::ne:
            return "!=";
        case FilterOp::in:
            return "IN";
        case FilterOp::not_in:
            return "NIN";
        case FilterOp::gt:
            return ">";
        case FilterOp::lt:
            return "<";
        case FilterOp::gte:
            return ">=";
        case FilterOp::lte:
            return "<=";
        case FilterOp::contains:
            return "~";
        case FilterOp::not_contains:
            return "!~";
        case FilterOp::starts_with:
            return "^";
        case FilterOp::ends_with:
            return "$";
        case FilterOp::exists:
        case FilterOp::within_last:
        case FilterOp::not_within_last:
        case FilterOp::within_next:
        case FilterOp::not_within_next:
            break;  // refused by refused_by_contact_search(), or gone after searchable_at()
    }
    return "";
}

// Numbers that are not whole go as text: the description of the search knows integers only.
json::value value_of(const FilterScalar& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
    if (const auto* number = std::get_if<double>(&value)) return json::string(fmt::format("{}", *number));
    return json::string(std::get<std::string>(value));
}

json::value value_of(const FilterCondition& condition) {
    if (!takes_list(condition.op)) return value_of(condition.values.at(0));
    json::array list;
    for (const auto& value : condition.values) list.push_back(value_of(value));
    return list;
}

json::object group(std::string_view op, json::array parts) {
    return {{"operator", op}, {"value", std::move(parts)}};
}

json::object query_of(const Filter& filter) {
    if (filter.kind == Filter::Kind::condition)
        return {{"field", contact_search_field(filter.condition.field)},
                {"operator", operator_of(filter.condition.op)},
                {"value", value_of(filter.condition)}};
    const bool mixed =
        std::ranges::any_of(filter.parts, [](const Filter& part) { return part.kind != Filter::Kind::condition; });
    json::array parts;
    for (const auto& part : filter.parts) {
        auto query = query_of(part);
        // A group holds groups or conditions, not both: next to a group a condition is a group of one.
        if (mixed && part.kind == Filter::Kind::condition) query = group("AND", {std::move(query)});
        parts.push_back(std::move(query));
    }
    return group(filter.kind == Filter::Kind::all ? "AND" : "OR", std::move(parts));
}

json::object query_of(const AudienceQuery& query, WallTime now) {
    if (const auto* filter = std::get_if<Filter>(&query)) return query_of(searchable_at(*filter, now));
    return query_of(Filter::where("segment_id", FilterOp::eq, {std::get<SegmentId>(query).value}));
}

}  // namespace

std::string audience_search_json(const AudienceQuery& query, std::size_t per_page,
                                 const std::optional<std::string>& starting_after, WallTime now) {
    json::object pagination{{"per_page", per_page}};
    if (starting_after) pagination["starting_after"] = *starting_after;
    // In the order of creation, so that who changes meanwhile keeps its place and who is new comes last.
    return json::serialize(json::object{{"query", query_of(query, now)},
                                        {"sort", {{"field", "created_at"}, {"order", "ascending"}}},
                                        {"pagination", std::move(pagination)}});
}

}  // namespace herald::intercom
