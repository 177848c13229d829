#pragma once
// The custom attributes of people that exist in the workspace. Unknown ones are refused, as Intercom does.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>

namespace sim {

using AttributeId = std::uint16_t;
using AttributeValue = std::variant<std::string, std::int64_t, double, bool>;

enum class AttributeType : std::uint8_t { string, integer, floating, boolean, date };

struct Attribute {
    std::string name;
    AttributeType type{};
    std::string label;
    std::string description;
    std::vector<std::string> options;  // when not empty, the only values allowed
    std::int64_t created_at{};
};

class Attributes {
 public:
    Attributes();  // the preset ones, see README.md

    std::optional<AttributeId> find(std::string_view name) const;
    const Attribute& get(AttributeId id) const { return all_[id]; }
    std::size_t size() const { return all_.size(); }
    AttributeId add(Attribute attribute);
    // Null means: remove the value.
    std::expected<std::optional<AttributeValue>, std::string> read(AttributeId id,
                                                                   const boost::json::value& value) const;

 private:
    std::vector<Attribute> all_;
    std::unordered_map<std::string, AttributeId> by_name_;
};

std::optional<AttributeType> attribute_type(std::string_view name);
std::string_view attribute_type_name(AttributeType type);
boost::json::value attribute_json(const AttributeValue& value);

}  // namespace sim
