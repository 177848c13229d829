#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "tests/intercom_sim/contact_store.hpp"
#include "tests/intercom_sim/query.hpp"

namespace sim {

namespace json = boost::json;

namespace {

constexpr std::size_t most_filters = 15;
constexpr int deepest_group = 2;

constexpr std::array<std::pair<std::string_view, Operator>, 12> operators{{{"=", Operator::eq},
                                                                           {"!=", Operator::ne},
                                                                           {"IN", Operator::in},
                                                                           {"NIN", Operator::nin},
                                                                           {"<", Operator::lt},
                                                                           {">", Operator::gt},
                                                                           {"<=", Operator::le},
                                                                           {">=", Operator::ge},
                                                                           {"~", Operator::contains},
                                                                           {"!~", Operator::lacks},
                                                                           {"^", Operator::starts},
                                                                           {"$", Operator::ends}}};

using Result = std::expected<Query, ApiError>;

std::unexpected<ApiError> refuse(std::string_view code, std::string message) {
    return std::unexpected(ApiError{.status = 400, .code = std::string(code), .message = std::move(message)});
}

bool allowed(FieldKind kind, Operator op) {
    using enum Operator;
    switch (kind) {
        case FieldKind::text:
            return op != lt && op != gt && op != le && op != ge;
        case FieldKind::number:
            return op != contains && op != lacks && op != starts && op != ends;
        case FieldKind::date:
            return op == lt || op == gt || op == eq;
        case FieldKind::boolean:
            return op == eq || op == ne || op == in || op == nin;
        case FieldKind::set:
            return op == eq || op == ne;
    }
    return false;
}

std::optional<double> number_of(const json::value& value) {
    if (value.is_number()) return value.to_number<double>();
    if (!value.is_string()) return std::nullopt;
    const json::string& text = value.get_string();
    double number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<Literal> literal_of(const Field& field, const json::value& value) {
    if (value.is_null()) return Literal{};
    switch (field.kind) {
        case FieldKind::number:
        case FieldKind::date:
            if (const auto number = number_of(value)) return Literal{*number};
            return std::nullopt;
        case FieldKind::boolean:
            if (value.is_bool()) return Literal{value.get_bool()};
            if (value.is_string() && value.get_string() == "true") return Literal{true};
            if (value.is_string() && value.get_string() == "false") return Literal{false};
            return std::nullopt;
        case FieldKind::text:
        case FieldKind::set:
            if (value.is_string()) {
                return field.lower ? Literal{lower(value.get_string())} : Literal{std::string(value.get_string())};
            }
            if (value.is_int64()) return Literal{std::to_string(value.get_int64())};
            return std::nullopt;
    }
    return std::nullopt;
}

Result parse_filter(const json::object& object, const FieldLookup& fields) {
    const json::value* name = object.if_contains("field");
    const json::value* op = object.if_contains("operator");
    const json::value* value = object.if_contains("value");
    if (!name || !name->is_string()) return refuse("parameter_missing", "A filter needs a field");
    if (!op || !op->is_string()) return refuse("parameter_missing", "A filter needs an operator");
    if (!value) return refuse("parameter_missing", "A filter needs a value");
    const std::string field_name(name->get_string());
    const std::optional<Field> field = fields(field_name);
    if (!field) return refuse("invalid_field", fmt::format("'{}' is not a searchable field", field_name));

    Query query{.kind = Query::Kind::filter, .field = *field};
    const auto known =
        std::ranges::find(operators, std::string_view(op->get_string()), &std::pair<std::string_view, Operator>::first);
    if (known == operators.end() || !allowed(field->kind, known->second)) {
        return refuse("parameter_invalid", fmt::format("The operator '{}' cannot be used on '{}'",
                                                       std::string_view(op->get_string()), field_name));
    }
    query.op = known->second;
    const bool many = query.op == Operator::in || query.op == Operator::nin;
    if (many != value->is_array()) {
        return refuse("parameter_invalid", many ? "IN and NIN need an array" : "Only IN and NIN take an array");
    }
    const json::array single{*value};
    for (const json::value& each : many ? value->get_array() : single) {
        std::optional<Literal> literal = literal_of(*field, each);
        if (!literal) return refuse("type_mismatch", fmt::format("The value does not fit the field '{}'", field_name));
        query.values.push_back(std::move(*literal));
    }
    return query;
}

Result parse_level(const json::value& value, const FieldLookup& fields, int depth) {
    if (!value.is_object()) return refuse("parameter_invalid", "A query is an object");
    const json::object& object = value.get_object();
    const json::value* op = object.if_contains("operator");
    const bool all = op && op->is_string() && op->get_string() == "AND";
    const bool any = op && op->is_string() && op->get_string() == "OR";
    if (!all && !any) return parse_filter(object, fields);

    if (depth > deepest_group) return refuse("parameter_invalid", "Queries may be nested two levels deep at most");
    const json::value* parts = object.if_contains("value");
    if (!parts || !parts->is_array() || parts->get_array().empty()) {
        return refuse("parameter_invalid", "AND and OR need a list of filters");
    }
    if (parts->get_array().size() > most_filters) {
        return refuse("parameter_invalid", "A group may have 15 filters at most");
    }
    Query query{.kind = all ? Query::Kind::all : Query::Kind::any};
    for (const json::value& part : parts->get_array()) {
        Result child = parse_level(part, fields, depth + 1);
        if (!child) return child;
        query.children.push_back(std::move(*child));
    }
    return query;
}

}  // namespace

Result parse_query(const json::value& query, const FieldLookup& fields) {
    return parse_level(query, fields, 1);
}

}  // namespace sim
