#include "api/cursor.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace herald::api {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char separator = '\n';
constexpr std::size_t longest_cursor = 1'024;

// RFC 4648 section 5, without padding.
std::string base64url(std::string_view bytes) {
    std::string out;
    std::uint32_t held = 0;
    int bits = 0;
    for (const char c : bytes) {
        held = (held << 8U) | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6; bits -= 6) out += alphabet[(held >> static_cast<unsigned>(bits - 6)) & 63U];
    }
    if (bits > 0) out += alphabet[(held << static_cast<unsigned>(6 - bits)) & 63U];
    return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string out;
    std::uint32_t held = 0;
    int bits = 0;
    for (const char c : text) {
        const auto digit = alphabet.find(c);
        if (digit == std::string_view::npos) return {};
        held = (held << 6U) | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out += static_cast<char>((held >> static_cast<unsigned>(bits)) & 0xffU);
    }
    return out;
}

}  // namespace

std::string make_cursor(std::string_view list, std::string_view position) {
    std::string plain(list);
    plain += separator;
    plain += position;
    return base64url(plain);
}

std::optional<std::string> read_cursor(std::string_view list, std::string_view text) {
    if (text.size() > longest_cursor) return {};
    const auto plain = from_base64url(text);
    if (!plain || plain->size() <= list.size() || !plain->starts_with(list) || (*plain)[list.size()] != separator)
        return {};
    return plain->substr(list.size() + 1);
}

}  // namespace herald::api
