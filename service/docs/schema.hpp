#pragma once
// Schemas and examples of an OpenAPI document as HTML.

#include <string>

#include <yaml-cpp/yaml.h>

namespace herald::docs {

// "array of Campaign, at most 100": on one line, with links to the schemas it names.
std::string type_of(const YAML::Node& schema);
// The description, and a table of the members of an object.
std::string schema_html(const YAML::Node& schema);
// A YAML value as indented JSON.
std::string json_of(const YAML::Node& value, std::size_t depth = 0);
// "Campaign" of "#/components/schemas/Campaign".
std::string name_in(const std::string& reference);

}  // namespace herald::docs
