#include <algorithm>

#include "domain/filter/evaluate.hpp"

namespace herald {
namespace {

constexpr std::array<std::string_view, 10> known_here{"id",
                                                      "role",
                                                      "name",
                                                      "email",
                                                      "email_domain",
                                                      "phone",
                                                      "external_id",
                                                      "unsubscribed_from_emails",
                                                      "has_hard_bounced",
                                                      "marked_email_as_spam"};

bool is_known_here(std::string_view field) {
    return std::ranges::find(known_here, field) != known_here.end() ||
           std::ranges::find(all_contact_dates, field, [](ContactDate date) { return name(date); }) !=
               all_contact_dates.end();
}

class RulesHere final : public FilterRules {
 public:
    explicit RulesHere(FilterScope scope) : scope_(scope) {}

    std::string field_refused(std::string_view field) const override {
        if (field.starts_with("event.")) return event_field_refused(field);
        if (type_of(field) == FieldType::membership)
            return "the tags and segments of a person are not read with the person: only a search in Intercom knows";
        if (is_contact_field(field))
            return is_known_here(field)
                       ? ""
                       : "this is not among what is read with a person: only a search in Intercom knows it";
        auto attribute = field;
        if (attribute.starts_with(custom_prefix)) attribute.remove_prefix(custom_prefix.size());
        if (auto reason = attribute_refused(attribute); !reason.empty()) return reason;
        if (attribute.find_first_of(".$") == std::string_view::npos) return "";
        return "is no field of a person or an event; attributes are custom_attributes.NAME, without dots in NAME";
    }
    std::string op_refused(FieldType type, FilterOp op) const override {
        switch (type) {
            case FieldType::text:
            case FieldType::role:
                if (is_relative(op)) return "the field is no date";
                return compares_order(op) ? "texts have no order" : "";
            case FieldType::date:
                return looks_inside(op) ? "only texts can be looked into" : "";
            case FieldType::flag:
                if (is_equality(op) || op == FilterOp::exists) return "";
                return "a field that is true or false is compared with eq, ne and exists only";
            case FieldType::membership:
            case FieldType::open:
                return "";
        }
        return "";
    }
    std::string duration_refused(std::chrono::seconds) const override { return ""; }
    bool relative_is_group() const override { return false; }

 private:
    std::string event_field_refused(std::string_view field) const {
        if (field != event_name_field && !field.starts_with(event_metadata_prefix))
            return "an event has event.name and event.metadata.KEY";
        if (scope_ == FilterScope::contact) return "there is no event where this is asked";
        return field == event_name_field ? "" : attribute_refused(field.substr(event_metadata_prefix.size()));
    }

    FilterScope scope_;
};

}  // namespace

std::vector<FilterRefusal> refused_here(const Filter& filter, FilterScope scope) {
    return refused(filter, RulesHere{scope});
}

}  // namespace herald
