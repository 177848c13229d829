#include "domain/core/duration.hpp"

#include <charconv>

namespace herald {

std::optional<std::chrono::minutes> parse_duration(std::string_view text) {
    if (text.size() < 2) return {};
    const auto unit = text.back();
    if (unit != 'm' && unit != 'h' && unit != 'd') return {};
    const auto digits = text.substr(0, text.size() - 1);
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error != std::errc{} || end != digits.data() + digits.size() || count == 0) return {};
    const std::chrono::minutes one = unit == 'm'   ? std::chrono::minutes{1}
                                     : unit == 'h' ? std::chrono::hours{1}
                                                   : std::chrono::days{1};
    if (count > longest_duration / one) return {};
    return one * count;
}

}  // namespace herald
