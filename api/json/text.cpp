#include "api/json/text.hpp"

#include <cstdint>

namespace herald::api {
namespace {

struct Lead {
    int more{-1};             // continuation bytes; -1: no lead byte
    unsigned char low{0x80};  // bounds of the first continuation byte
    unsigned char high{0xbf};
};

Lead lead(unsigned char byte) {
    if (byte < 0x80) return {.more = 0};
    if (byte < 0xc2) return {};
    if (byte < 0xe0) return {.more = 1};
    if (byte == 0xe0) return {.more = 2, .low = 0xa0};
    if (byte == 0xed) return {.more = 2, .high = 0x9f};
    if (byte < 0xf0) return {.more = 2};
    if (byte == 0xf0) return {.more = 3, .low = 0x90};
    if (byte < 0xf4) return {.more = 3};
    if (byte == 0xf4) return {.more = 3, .high = 0x8f};
    return {};
}

}  // namespace

std::optional<std::size_t> utf8_length(std::string_view text) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < text.size(); ++length) {
        auto [more, low, high] = lead(static_cast<unsigned char>(text[i++]));
        if (more < 0) return {};
        for (; more > 0; --more, low = 0x80, high = 0xbf) {
            if (i == text.size()) return {};
            const auto byte = static_cast<unsigned char>(text[i++]);
            if (byte < low || byte > high) return {};
        }
    }
    return length;
}

}  // namespace herald::api
