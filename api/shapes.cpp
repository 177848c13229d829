#include "api/shapes.hpp"

#include <algorithm>

namespace herald::api {
namespace {

bool letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool label_ok(std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(
               label, [](char c) { return letter_or_digit(c) || c == '-' || static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

bool email_shaped(std::string_view text) {
    const auto at = text.find('@');
    if (at == 0 || at == std::string_view::npos || at > 64) return false;
    const auto local = text.substr(0, at);
    if (!std::ranges::all_of(local, [](char c) {
            return static_cast<unsigned char>(c) > ' ' && c != '\x7f' &&
                   std::string_view("()<>[]:;,\\\"").find(c) == std::string_view::npos;
        }))
        return false;
    auto domain = text.substr(at + 1);
    std::size_t labels = 1;
    for (auto dot = domain.find('.'); dot != std::string_view::npos; dot = domain.find('.'), ++labels) {
        if (!label_ok(domain.substr(0, dot))) return false;
        domain.remove_prefix(dot + 1);
    }
    return labels >= 2 && label_ok(domain);
}

bool id_shaped(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return letter_or_digit(c) || c == '-' || c == '_'; });
}

}  // namespace herald::api
