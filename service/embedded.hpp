#pragma once
// What the build writes into the binary.

#include <string_view>

namespace herald::service {

extern const std::string_view openapi_text;  // openapi.yaml
extern const std::string_view version;

}  // namespace herald::service
