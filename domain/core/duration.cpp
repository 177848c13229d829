#include "domain/core/duration.hpp"

#include <charconv>

namespace herald {
namespace {

std::optional<std::chrono::seconds> unit_of(char letter) {
    switch (letter) {
        case 's':
            return std::chrono::seconds{1};
        case 'm':
            return std::chrono::minutes{1};
        case 'h':
            return std::chrono::hours{1};
        case 'd':
            return std::chrono::days{1};
        default:
            return {};
    }
}

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    if (text.size() < 2) return {};
    const auto one = unit_of(text.back());
    if (!one) return {};
    const auto digits = text.substr(0, text.size() - 1);
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error != std::errc{} || end != digits.data() + digits.size() || count == 0) return {};
    if (count > longest_duration / *one) return {};
    return *one * count;
}

bool exceeds_longest_duration(std::string_view text) {
    if (text.size() < 2 || !unit_of(text.back()) || parse_duration(text)) return false;
    const auto digits = text.substr(0, text.size() - 1);
    return digits.find_first_not_of("0123456789") == std::string_view::npos &&
           digits.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace herald
