#include "domain/filter/contact_search.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace herald {
namespace {

enum class Type : std::uint8_t { text, role, date, flag, membership, custom };

constexpr std::string_view custom_prefix = "custom_attributes.";

constexpr std::array<std::pair<std::string_view, Type>, 40> known_fields{{
    {"id", Type::text},
    {"role", Type::role},
    {"name", Type::text},
    {"avatar", Type::text},
    {"owner_id", Type::text},
    {"email", Type::text},
    {"email_domain", Type::text},
    {"phone", Type::text},
    {"formatted_phone", Type::text},
    {"external_id", Type::text},
    {"created_at", Type::date},
    {"signed_up_at", Type::date},
    {"updated_at", Type::date},
    {"last_seen_at", Type::date},
    {"last_contacted_at", Type::date},
    {"last_replied_at", Type::date},
    {"last_email_opened_at", Type::date},
    {"last_email_clicked_at", Type::date},
    {"language_override", Type::text},
    {"browser", Type::text},
    {"browser_language", Type::text},
    {"os", Type::text},
    {"location.country", Type::text},
    {"location.region", Type::text},
    {"location.city", Type::text},
    {"unsubscribed_from_emails", Type::flag},
    {"marked_email_as_spam", Type::flag},
    {"has_hard_bounced", Type::flag},
    {"ios_last_seen_at", Type::date},
    {"ios_app_version", Type::text},
    {"ios_device", Type::text},
    {"ios_app_device", Type::text},
    {"ios_os_version", Type::text},
    {"ios_app_name", Type::text},
    {"ios_sdk_version", Type::text},
    {"android_last_seen_at", Type::date},
    {"android_app_version", Type::text},
    {"android_device", Type::text},
    {"segment_id", Type::membership},
    {"tag_id", Type::membership},
}};

bool is_known(std::string_view field) {
    return std::ranges::find(known_fields, field, &std::pair<std::string_view, Type>::first) != known_fields.end();
}

Type type_of(std::string_view field) {
    const auto found = std::ranges::find(known_fields, field, &std::pair<std::string_view, Type>::first);
    return found == known_fields.end() ? Type::custom : found->second;
}

bool compares_order(FilterOp op) {
    return op == FilterOp::gt || op == FilterOp::lt || op == FilterOp::gte || op == FilterOp::lte;
}
bool looks_inside(FilterOp op) {
    return op == FilterOp::contains || op == FilterOp::not_contains || op == FilterOp::starts_with ||
           op == FilterOp::ends_with;
}
bool is_equality(FilterOp op) {
    return op == FilterOp::eq || op == FilterOp::ne;
}

// Why the search has no such comparison for the field; empty: it has.
std::string op_refused(Type type, FilterOp op) {
    if (op == FilterOp::exists) return "Intercom's search documents no test for existence";
    switch (type) {
        case Type::text:
        case Type::role:
            return compares_order(op) ? "texts have no order in Intercom's search" : "";
        case Type::date:
            if (op == FilterOp::eq || op == FilterOp::gt || op == FilterOp::lt) return "";
            return "Intercom compares dates by whole days, with eq, gt and lt only";
        case Type::flag:
            return is_equality(op) ? "" : "a field that is true or false is compared with eq and ne only";
        case Type::membership:
            return is_equality(op) ? "" : "tags and segments are compared with eq and ne only";
        case Type::custom:
            return "";
    }
    return "";
}

// The same where only the value tells what the attribute is.
std::string op_refused_by_value(FilterOp op, const FilterScalar& value) {
    if (std::holds_alternative<std::string>(value))
        return compares_order(op) ? "texts have no order in Intercom's search" : "";
    if (std::holds_alternative<bool>(value))
        return is_equality(op) ? "" : "true and false are compared with eq and ne only";
    return looks_inside(op) ? "only texts can be looked into" : "";
}

std::string text_refused(const FilterScalar& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return "the field is a text";
    if (text->empty()) return "must not be empty";
    if (text->size() > longest_search_value)
        return fmt::format("{} bytes, at most {} are taken", text->size(), longest_search_value);
    return "";
}

std::string value_refused(Type type, const FilterScalar& value) {
    switch (type) {
        case Type::text:
        case Type::membership:
            return text_refused(value);
        case Type::role: {
            const auto* text = std::get_if<std::string>(&value);
            return text != nullptr && (*text == "user" || *text == "lead") ? "" : "a role is user or lead";
        }
        case Type::date:
            return std::holds_alternative<std::int64_t>(value) ? "" : "a date is given in Unix seconds";
        case Type::flag:
            return std::holds_alternative<bool>(value) ? "" : "the field is true or false";
        case Type::custom:
            return std::holds_alternative<std::string>(value) ? text_refused(value) : "";
    }
    return "";
}

std::string values_refused(Type type, const FilterCondition& condition) {
    const auto& values = condition.values;
    if (values.empty()) return "at least one value is needed";
    if (!takes_list(condition.op) && values.size() > 1) return "only in and not_in take a list";
    if (values.size() > most_search_values)
        return fmt::format("{} values, at most {} are taken", values.size(), most_search_values);
    for (const auto& value : values) {
        if (auto reason = value_refused(type, value); !reason.empty()) return reason;
        if (value.index() != values.front().index()) return "the values of a list are of one type";
    }
    return "";
}

std::string field_refused(std::string_view field) {
    if (is_known(field)) return "";
    auto attribute = field;
    if (attribute.starts_with(custom_prefix)) attribute.remove_prefix(custom_prefix.size());
    if (attribute.empty()) return "must not be empty";
    if (attribute.size() > longest_search_value) return "no attribute has so long a name";
    if (attribute.find_first_of(".$") != std::string_view::npos)
        return "is no field of Intercom's contact search; attributes are custom_attributes.NAME, without dots in NAME";
    return "";
}

class Check {
 public:
    std::vector<FilterRefusal> take() { return std::move(refusals_); }

    void look_at(const Filter& filter, std::size_t depth) {
        if (filter.kind == Filter::Kind::condition) return look_at(filter.condition);
        if (depth > deepest_search)
            return refuse(FilterPart::whole, fmt::format("groups may stand in each other {} deep", deepest_search));
        if (filter.parts.empty()) refuse(FilterPart::whole, "a group needs at least one part");
        if (filter.parts.size() > longest_search_group)
            refuse(FilterPart::whole,
                   fmt::format("{} parts, a group has at most {}", filter.parts.size(), longest_search_group));
        for (std::size_t i = 0; i < filter.parts.size(); ++i) {
            path_.push_back(i);
            look_at(filter.parts[i], depth + 1);
            path_.pop_back();
        }
    }

 private:
    void look_at(const FilterCondition& condition) {
        if (auto reason = field_refused(condition.field); !reason.empty())
            return refuse(FilterPart::field, std::move(reason));
        const auto type = type_of(condition.field);
        if (auto reason = op_refused(type, condition.op); !reason.empty())
            return refuse(FilterPart::op, std::move(reason));
        if (auto reason = values_refused(type, condition); !reason.empty())
            return refuse(FilterPart::value, std::move(reason));
        if (type != Type::custom) return;
        if (auto reason = op_refused_by_value(condition.op, condition.values.front()); !reason.empty())
            refuse(FilterPart::op, std::move(reason));
    }
    void refuse(FilterPart part, std::string reason) { refusals_.push_back({path_, part, std::move(reason)}); }

    std::vector<std::size_t> path_;
    std::vector<FilterRefusal> refusals_;
};

}  // namespace

std::vector<FilterRefusal> refused_by_contact_search(const Filter& filter) {
    Check check;
    check.look_at(filter, 1);
    return check.take();
}

std::string contact_search_field(std::string_view field) {
    if (is_known(field) || field.starts_with(custom_prefix)) return std::string(field);
    return fmt::format("{}{}", custom_prefix, field);
}

}  // namespace herald
