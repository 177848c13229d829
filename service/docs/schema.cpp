#include "service/docs/schema.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "service/docs/markdown.hpp"

namespace herald::docs {
namespace {

std::string text(const YAML::Node& node, const char* key) {
    return node[key] ? node[key].as<std::string>() : std::string();
}

std::string any_of(const YAML::Node& schemas) {
    std::vector<std::string> types;
    for (const auto& schema : schemas) types.push_back(type_of(schema));
    return fmt::format("{}", fmt::join(types, " <em>or</em> "));
}

std::string plain_type(const YAML::Node& schema) {
    for (const auto* key : {"oneOf", "anyOf"})
        if (schema[key]) return any_of(schema[key]);
    if (schema["allOf"] && schema["allOf"].size() == 1) return type_of(schema["allOf"][0]);
    const auto type = text(schema, "type");
    if (type == "array") return "array of " + type_of(schema["items"]);
    if (type == "object" && schema["additionalProperties"].IsDefined() && schema["additionalProperties"].IsMap())
        return "object of " + type_of(schema["additionalProperties"]);
    const auto format = text(schema, "format");
    return escaped(type.empty() ? "any value" : type) + (format.empty() ? "" : escaped(" (" + format + ")"));
}

std::vector<std::string> bounds_of(const YAML::Node& schema) {
    static constexpr std::array words{std::pair{"minimum", "at least {}"},
                                      std::pair{"maximum", "at most {}"},
                                      std::pair{"minLength", "{} characters or more"},
                                      std::pair{"maxLength", "{} characters or fewer"},
                                      std::pair{"minItems", "{} items or more"},
                                      std::pair{"maxItems", "{} items or fewer"},
                                      std::pair{"maxProperties", "{} members or fewer"},
                                      std::pair{"pattern", "pattern <code>{}</code>"},
                                      std::pair{"default", "default <code>{}</code>"}};
    std::vector<std::string> out;
    for (const auto& [key, form] : words)
        if (schema[key] && schema[key].IsScalar())
            out.push_back(fmt::format(fmt::runtime(form), escaped(text(schema, key))));
    if (text(schema, "nullable") == "true") out.emplace_back("or null");
    return out;
}

std::string values_of(const YAML::Node& values) {
    std::vector<std::string> out;
    for (const auto& value : values) out.push_back(fmt::format("<code>{}</code>", escaped(value.as<std::string>())));
    return fmt::format("{}", fmt::join(out, " "));
}

bool is_required(const YAML::Node& schema, const std::string& member) {
    return std::ranges::any_of(schema["required"].begin(), schema["required"].end(),
                               [&](const YAML::Node& name) { return name.as<std::string>() == member; });
}

std::string members_table(const YAML::Node& schema) {
    std::string out = "<table><thead><tr><th>member<th>type<th>meaning</thead><tbody>\n";
    for (const auto& entry : schema["properties"]) {
        const auto name = entry.first.as<std::string>();
        const auto member = entry.second;
        auto meaning = member["$ref"] ? std::string() : html_of(text(member, "description"));
        // What has members of its own shows them in place.
        const auto inner = member["type"] && text(member, "type") == "array" ? member["items"] : member;
        if (inner["properties"]) meaning += members_table(inner);
        out += fmt::format("<tr><td><code>{}</code>{}<td>{}<td>{}\n", escaped(name),
                           is_required(schema, name) ? " <small>required</small>" : "", type_of(member), meaning);
    }
    return out + "</tbody></table>\n";
}

bool is_number_or_word(const std::string& scalar) {
    if (scalar == "true" || scalar == "false" || scalar == "null") return true;
    char* end = nullptr;
    std::strtod(scalar.c_str(), &end);
    return !scalar.empty() && *end == '\0' && scalar.find_first_not_of("+-.eE0123456789") == std::string::npos;
}

std::string quoted(const std::string& value) {
    std::string out = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out + '"';
}

}  // namespace

std::string name_in(const std::string& reference) {
    return reference.substr(reference.rfind('/') + 1);
}

std::string type_of(const YAML::Node& schema) {
    if (!schema.IsDefined() || !schema.IsMap()) return "any value";
    if (schema["$ref"]) {
        const auto name = name_in(text(schema, "$ref"));
        return fmt::format("<a href=\"#{}\">{}</a>", anchor("schema", name), escaped(name));
    }
    auto out = plain_type(schema);
    for (const auto& bound : bounds_of(schema)) out += ", " + bound;
    if (schema["enum"]) out += ": " + values_of(schema["enum"]);
    return out;
}

std::string schema_html(const YAML::Node& schema) {
    auto out = html_of(text(schema, "description"));
    if (!schema["properties"]) return out + fmt::format("<p>{}</p>\n", type_of(schema));
    return out + members_table(schema);
}

std::string json_of(const YAML::Node& value, std::size_t depth) {
    const auto list = [depth](const std::vector<std::string>& items, char open, char close) {
        if (items.empty()) return fmt::format("{}{}", open, close);
        const std::string outer(2 * depth, ' ');
        const std::string inner(2 * (depth + 1), ' ');
        return fmt::format("{}\n{}{}\n{}{}", open, inner, fmt::join(items, ",\n" + inner), outer, close);
    };
    std::vector<std::string> items;
    if (value.IsMap()) {
        for (const auto& entry : value)
            items.push_back(quoted(entry.first.as<std::string>()) + ": " + json_of(entry.second, depth + 1));
        return list(items, '{', '}');
    }
    if (value.IsSequence()) {
        for (const auto& entry : value) items.push_back(json_of(entry, depth + 1));
        return list(items, '[', ']');
    }
    if (value.IsNull()) return "null";
    const auto scalar = value.as<std::string>();
    // "!": it stood in quotes, and is text whatever it looks like.
    return value.Tag() != "!" && is_number_or_word(scalar) ? scalar : quoted(scalar);
}

}  // namespace herald::docs
