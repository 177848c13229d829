#pragma once
// What the build writes into the binary.

#include <string_view>

namespace herald::service {

extern const std::string_view openapi_text;     // openapi.yaml
extern const std::string_view docs_page;        // made of it
extern const std::string_view docs_style_hash;  // "sha256-…"
extern const std::string_view version;

}  // namespace herald::service
