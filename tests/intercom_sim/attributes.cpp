#include "tests/intercom_sim/attributes.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace sim {

namespace json = boost::json;

namespace {
constexpr std::int64_t preset_time = 1734537243;  // the workspace's age
}

Attributes::Attributes() {
    using enum AttributeType;
    for (const char* name : {"tier", "plan", "first_name", "last_name", "company", "city", "country", "segment"}) {
        add({name, string, {}, {}, {}, preset_time});
    }
    add({"balance", floating, {}, {}, {}, preset_time});
    add({"orders", integer, {}, {}, {}, preset_time});
    add({"vip", boolean, {}, {}, {}, preset_time});
    add({"renewal_date", date, {}, {}, {}, preset_time});
}

std::optional<AttributeId> Attributes::find(std::string_view name) const {
    const auto found = by_name_.find(std::string(name));
    if (found == by_name_.end()) return std::nullopt;
    return found->second;
}

AttributeId Attributes::add(Attribute attribute) {
    const auto id = static_cast<AttributeId>(all_.size());
    by_name_.emplace(attribute.name, id);
    if (attribute.label.empty()) attribute.label = attribute.name;
    all_.push_back(std::move(attribute));
    return id;
}

std::expected<std::optional<AttributeValue>, std::string> Attributes::read(AttributeId id,
                                                                           const json::value& value) const {
    const Attribute& attribute = all_[id];
    const auto refuse = [&](std::string_view why) {
        return std::unexpected(fmt::format("Custom attribute '{}' {}", attribute.name, why));
    };
    if (value.is_null()) return std::nullopt;
    switch (attribute.type) {
        case AttributeType::string: {
            if (!value.is_string()) return refuse("must be a string");
            std::string text(value.get_string());
            if (text.size() > 255) return refuse("is longer than 255 characters");
            if (!attribute.options.empty() && std::ranges::find(attribute.options, text) == attribute.options.end()) {
                return refuse("is not one of its options");
            }
            return text;
        }
        case AttributeType::integer:
        case AttributeType::date:
            if (!value.is_int64()) return refuse("must be an integer");
            return value.get_int64();
        case AttributeType::floating:
            if (!value.is_number()) return refuse("must be a number");
            return value.to_number<double>();
        case AttributeType::boolean:
            if (!value.is_bool()) return refuse("must be a boolean");
            return value.get_bool();
    }
    return refuse("has no type");
}

std::optional<AttributeType> attribute_type(std::string_view name) {
    if (name == "string" || name == "options") return AttributeType::string;
    if (name == "integer") return AttributeType::integer;
    if (name == "float") return AttributeType::floating;
    if (name == "boolean") return AttributeType::boolean;
    if (name == "date" || name == "datetime") return AttributeType::date;
    return std::nullopt;
}

std::string_view attribute_type_name(AttributeType type) {
    switch (type) {
        case AttributeType::string:
            return "string";
        case AttributeType::integer:
            return "integer";
        case AttributeType::floating:
            return "float";
        case AttributeType::boolean:
            return "boolean";
        case AttributeType::date:
            return "date";
    }
    return "string";
}

json::value attribute_json(const AttributeValue& value) {
    return std::visit([](const auto& held) { return json::value(held); }, value);
}

}  // namespace sim
