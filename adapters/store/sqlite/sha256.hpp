#pragma once

#include <string>
#include <string_view>

namespace herald::sqlite {

// The digest of the audit chains: 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

}  // namespace herald::sqlite
