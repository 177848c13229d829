#pragma once
// The page at /docs, made of openapi.yaml when herald is built: one file, no script, nothing from elsewhere.

#include <string>
#include <string_view>

namespace herald::docs {

// Throws YAML::Exception when the document cannot be read. `style` is CSS.
std::string page(std::string_view openapi, std::string_view style);

}  // namespace herald::docs
