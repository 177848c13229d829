#include "domain/core/id.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace herald {
namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t id_digits = 26;
constexpr std::size_t number_digits = 13;

void put(std::string& out, std::size_t at, std::size_t digits, std::uint64_t value) {
    for (std::size_t i = digits; i > 0; --i, value >>= 5U) out[at + i - 1] = alphabet[value & 31U];
}

bool all_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return alphabet.find(c) != std::string_view::npos; });
}

std::optional<std::string_view> digits_of(std::string_view prefix, std::string_view text, std::size_t digits) {
    if (text.size() != prefix.size() + 1 + digits || !text.starts_with(prefix) || text[prefix.size()] != '_') return {};
    text.remove_prefix(prefix.size() + 1);
    if (!all_digits(text)) return {};
    return text;
}

}  // namespace

std::string make_id(std::string_view prefix, WallTime now, Random& random) {
    std::string out(prefix);
    out += '_';
    const std::size_t start = out.size();
    out.resize(start + id_digits, '0');
    put(out, start, 10, static_cast<std::uint64_t>(now.time_since_epoch().count()) & 0xffff'ffff'ffffU);
    put(out, start + 10, 8, random.bits() & 0xff'ffff'ffffU);
    put(out, start + 18, 8, random.bits() & 0xff'ffff'ffffU);
    return out;
}

bool is_id(std::string_view prefix, std::string_view text) {
    return digits_of(prefix, text, id_digits).has_value();
}

std::string number_id(std::string_view prefix, std::int64_t number) {
    std::string out(prefix);
    out += '_';
    const std::size_t start = out.size();
    out.resize(start + number_digits, '0');
    put(out, start, number_digits, static_cast<std::uint64_t>(number));
    return out;
}

std::optional<std::int64_t> number_of_id(std::string_view prefix, std::string_view text) {
    const auto digits = digits_of(prefix, text, number_digits);
    if (!digits || digits->front() > '7') return {};
    std::uint64_t value = 0;
    for (const char c : *digits) value = (value << 5U) | alphabet.find(c);
    return static_cast<std::int64_t>(value);
}

}  // namespace herald
