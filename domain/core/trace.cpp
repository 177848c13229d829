#include "domain/core/trace.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace herald {
namespace {

constexpr std::size_t traceparent_size = 55;  // of version 00; later ones may append
constexpr std::uint8_t sampled = 1;

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::uint64_t from_hex(std::string_view digits) {
    std::uint64_t value = 0;
    for (const char c : digits) value = (value << 4U) | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    return value;
}

std::uint64_t not_zero(Random& random) {
    return std::max<std::uint64_t>(1, random.bits());
}

}  // namespace

std::string to_hex(TraceId id) {
    return fmt::format("{:016x}{:016x}", id.high, id.low);
}

std::optional<TraceContext> parse_traceparent(std::string_view text) {
    if (text.size() < traceparent_size || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
    const auto version = text.substr(0, 2);
    if (!is_hex(version) || version == "ff") return {};
    if (text.size() > traceparent_size && (version == "00" || text[traceparent_size] != '-')) return {};
    const auto trace = text.substr(3, 32);
    const auto span = text.substr(36, 16);
    const auto flags = text.substr(53, 2);
    if (!is_hex(trace) || !is_hex(span) || !is_hex(flags)) return {};
    const TraceContext out{{from_hex(trace.substr(0, 16)), from_hex(trace.substr(16))},
                           from_hex(span),
                           static_cast<std::uint8_t>(from_hex(flags))};
    if (!out.trace || out.span == 0) return {};
    return out;
}

std::string to_traceparent(const TraceContext& context) {
    return fmt::format("00-{}-{:016x}-{:02x}", to_hex(context.trace), context.span, context.flags);
}

TraceContext continue_trace(const std::optional<TraceContext>& caller, Random& random) {
    if (!caller) return {{not_zero(random), random.bits()}, not_zero(random), sampled};
    return {caller->trace, not_zero(random), static_cast<std::uint8_t>(caller->flags & sampled)};
}

}  // namespace herald
