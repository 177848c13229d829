#include "tests/intercom_sim/contact_id.hpp"

#include <charconv>

#include <fmt/format.h>

namespace sim {

namespace {

constexpr std::string_view prefix = "6762f2391bb69f9f";
constexpr std::uint32_t factor = 2654435761U;  // odd, hence a bijection on 32 bits: ids do not look like a counter

constexpr std::uint32_t inverse_of(std::uint32_t odd) {
    std::uint32_t x = odd;
    for (int i = 0; i < 5; ++i) x *= 2U - odd * x;  // Newton's iteration modulo 2^32
    return x;
}

static_assert(factor * inverse_of(factor) == 1U);

}  // namespace

std::string contact_id(ContactIndex index) {
    return fmt::format("{}{:08x}", prefix, (index + 1U) * factor);
}

std::optional<ContactIndex> contact_index(std::string_view id) {
    if (id.size() != 24 || !id.starts_with(prefix)) return std::nullopt;
    std::uint32_t mixed{};
    const auto [end, error] = std::from_chars(id.data() + prefix.size(), id.data() + id.size(), mixed, 16);
    if (error != std::errc{} || end != id.data() + id.size()) return std::nullopt;
    return mixed * inverse_of(factor) - 1U;
}

}  // namespace sim
