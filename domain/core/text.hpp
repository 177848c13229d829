#pragma once
// Text as people read it.

#include <cstddef>
#include <string_view>

namespace herald {

// The longest beginning of at most `bytes` bytes that does not cut a UTF-8 character in two.
constexpr std::string_view cut(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80U) --bytes;
    return text.substr(0, bytes);
}

}  // namespace herald
