#include "domain/filter/contact_search.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "domain/core/duration.hpp"

namespace herald {
namespace {

class SearchRules final : public FilterRules {
 public:
    std::string field_refused(std::string_view field) const override {
        if (is_contact_field(field)) return "";
        auto attribute = field;
        if (attribute.starts_with(custom_prefix)) attribute.remove_prefix(custom_prefix.size());
        if (auto reason = attribute_refused(attribute); !reason.empty()) return reason;
        if (attribute.find_first_of(".$") == std::string_view::npos) return "";
        return "is no field of Intercom's contact search; attributes are custom_attributes.NAME, without dots in NAME";
    }
    std::string op_refused(FieldType type, FilterOp op) const override {
        if (op == FilterOp::exists) return "Intercom's search documents no test for existence";
        if (op == FilterOp::not_within_last || op == FilterOp::not_within_next)
            return "Intercom's search would leave out whoever has no such date";
        switch (type) {
            case FieldType::text:
            case FieldType::role:
                if (is_relative(op)) return "the field is no date";
                return compares_order(op) ? "texts have no order in Intercom's search" : "";
            case FieldType::date:
                if (op == FilterOp::eq || op == FilterOp::gt || op == FilterOp::lt || is_relative(op)) return "";
                return "Intercom compares dates by whole days, with eq, gt, lt, within_last and within_next only";
            case FieldType::flag:
                return is_equality(op) ? "" : "a field that is true or false is compared with eq and ne only";
            case FieldType::membership:
                return is_equality(op) ? "" : "tags and segments are compared with eq and ne only";
            case FieldType::open:
                return "";
        }
        return "";
    }
    std::string duration_refused(std::chrono::seconds duration) const override {
        if (duration % std::chrono::days{1} == std::chrono::seconds{0}) return "";
        return "Intercom compares dates by whole days: give whole days, such as 7d";
    }
    bool relative_is_group() const override { return true; }
};

std::vector<Filter> two_dates(const FilterCondition& condition, WallTime now) {
    constexpr std::chrono::days one{1};
    const auto duration = parse_duration(std::get<std::string>(condition.values.at(0))).value_or(one);
    const bool past = condition.op == FilterOp::within_last;
    const auto at = [&](std::chrono::seconds distance) -> std::vector<FilterScalar> {
        return {std::int64_t{std::chrono::floor<seconds>(now + distance).time_since_epoch().count()}};
    };
    // Later than one day and earlier than another: neither of these two counts.
    return {Filter::where(condition.field, FilterOp::gt, at(past ? -duration : -one)),
            Filter::where(condition.field, FilterOp::lt, at(past ? one : duration))};
}

}  // namespace

std::vector<FilterRefusal> refused_by_contact_search(const Filter& filter) {
    return refused(filter, SearchRules{});
}

Filter searchable_at(const Filter& filter, WallTime now) {
    if (filter.kind == Filter::Kind::condition)
        return is_relative(filter.condition.op) ? Filter::all(two_dates(filter.condition, now)) : filter;
    Filter out{filter.kind, {}, {}};
    for (const auto& part : filter.parts) {
        auto read = searchable_at(part, now);
        const bool became_group = part.kind == Filter::Kind::condition && read.kind == Filter::Kind::all;
        if (became_group && filter.kind == Filter::Kind::all)
            std::ranges::move(read.parts, std::back_inserter(out.parts));
        else
            out.parts.push_back(std::move(read));
    }
    return out;
}

}  // namespace herald
