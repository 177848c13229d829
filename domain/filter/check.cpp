#include "domain/filter/check.hpp"

#include <utility>

#include <fmt/format.h>

#include "domain/core/duration.hpp"

namespace herald {
namespace {

std::string text_refused(const FilterScalar& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return "the field is a text";
    if (text->empty()) return "must not be empty";
    if (text->size() > longest_search_value)
        return fmt::format("{} bytes, at most {} are taken", text->size(), longest_search_value);
    return "";
}

std::string value_refused(FieldType type, const FilterScalar& value) {
    switch (type) {
        case FieldType::text:
        case FieldType::membership:
            return text_refused(value);
        case FieldType::role: {
            const auto* text = std::get_if<std::string>(&value);
            return text != nullptr && (*text == "user" || *text == "lead") ? "" : "a role is user or lead";
        }
        case FieldType::date:
            return std::holds_alternative<std::int64_t>(value)
                       ? ""
                       : "a date is given in Unix seconds, or as RFC 3339 with an offset and whole seconds";
        case FieldType::flag:
            return std::holds_alternative<bool>(value) ? "" : "the field is true or false";
        case FieldType::open:
            return std::holds_alternative<std::string>(value) ? text_refused(value) : "";
    }
    return "";
}

std::string list_refused(FieldType type, const FilterCondition& condition) {
    const auto& values = condition.values;
    if (values.size() > most_search_values)
        return fmt::format("{} values, at most {} are taken", values.size(), most_search_values);
    for (const auto& value : values) {
        if (auto reason = value_refused(type, value); !reason.empty()) return reason;
        if (value.index() != values.front().index()) return "the values of a list are of one type";
    }
    return "";
}

std::string values_refused(FieldType type, const FilterCondition& condition, const FilterRules& rules) {
    const auto& values = condition.values;
    if (values.empty()) return "at least one value is needed";
    if (!takes_list(condition.op) && values.size() > 1) return "only in and not_in take a list";
    if (condition.op == FilterOp::exists)
        return std::holds_alternative<bool>(values.front()) ? "" : "exists takes true or false";
    if (!is_relative(condition.op)) return list_refused(type, condition);
    const auto* text = std::get_if<std::string>(&values.front());
    const auto duration = text == nullptr ? std::nullopt : parse_duration(*text);
    return duration ? rules.duration_refused(*duration)
                    : "a length of time is expected, such as 30m, 12h or 7d, of at most 3650d";
}

// Where only the value tells what the field is.
std::string op_refused_by_value(FilterOp op, const FilterScalar& value) {
    if (op == FilterOp::exists || is_relative(op)) return "";
    if (std::holds_alternative<std::string>(value))
        return compares_order(op) ? "texts have no order, unless they are dates: RFC 3339 with an offset" : "";
    if (std::holds_alternative<bool>(value))
        return is_equality(op) ? "" : "true and false are compared with eq and ne only";
    return looks_inside(op) ? "only texts can be looked into" : "";
}

class Check {
 public:
    explicit Check(const FilterRules& rules) : rules_(rules) {}
    std::vector<FilterRefusal> take() { return std::move(refusals_); }

    // `group`: what it stands in.
    void look_at(const Filter& filter, std::size_t depth, Filter::Kind group) {
        if (filter.kind == Filter::Kind::condition) return look_at(filter.condition, depth, group);
        if (depth > deepest_search)
            return refuse(FilterPart::whole, fmt::format("groups may stand in each other {} deep", deepest_search));
        if (filter.parts.empty()) refuse(FilterPart::whole, "a group needs at least one part");
        if (const auto size = size_of(filter); size > longest_search_group)
            refuse(FilterPart::whole, fmt::format("{} parts, a group has at most {}", size, longest_search_group));
        for (std::size_t i = 0; i < filter.parts.size(); ++i) {
            path_.push_back(i);
            look_at(filter.parts[i], depth + 1, filter.kind);
            path_.pop_back();
        }
    }

 private:
    bool becomes_group(const Filter& part) const {
        return rules_.relative_is_group() && part.kind == Filter::Kind::condition && is_relative(part.condition.op);
    }
    // The two of such a group stand in an `all` by themselves.
    std::size_t size_of(const Filter& group) const {
        auto size = group.parts.size();
        if (group.kind == Filter::Kind::all)
            for (const auto& part : group.parts) size += becomes_group(part) ? 1 : 0;
        return size;
    }
    void look_at(const FilterCondition& condition, std::size_t depth, Filter::Kind group) {
        if (auto reason = rules_.field_refused(condition.field); !reason.empty())
            return refuse(FilterPart::field, std::move(reason));
        const auto type = type_of(condition.field);
        if (auto reason = rules_.op_refused(type, condition.op); !reason.empty())
            return refuse(FilterPart::op, std::move(reason));
        if (group == Filter::Kind::any && depth > deepest_search && rules_.relative_is_group() &&
            is_relative(condition.op))
            return refuse(FilterPart::op, fmt::format("is a group of two in Intercom's search, and groups may stand in "
                                                      "each other {} deep",
                                                      deepest_search));
        if (auto reason = values_refused(type, condition, rules_); !reason.empty())
            return refuse(FilterPart::value, std::move(reason));
        if (type != FieldType::open) return;
        if (auto reason = op_refused_by_value(condition.op, condition.values.front()); !reason.empty())
            refuse(FilterPart::op, std::move(reason));
    }
    void refuse(FilterPart part, std::string reason) { refusals_.push_back({path_, part, std::move(reason)}); }

    const FilterRules& rules_;
    std::vector<std::size_t> path_;
    std::vector<FilterRefusal> refusals_;
};

}  // namespace

std::vector<FilterRefusal> refused(const Filter& filter, const FilterRules& rules) {
    Check check(rules);
    check.look_at(filter, 1, Filter::Kind::all);
    return check.take();
}

std::string attribute_refused(std::string_view name) {
    if (name.empty()) return "must not be empty";
    if (name.size() > longest_search_value) return "no attribute has so long a name";
    return "";
}

}  // namespace herald
