#pragma once
// W3C Trace Context: which request of a caller something is done for, so that logs of several programs can be joined.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/core/random.hpp"

namespace herald {

// 16 bytes that are not all zero; all zero: none.
struct TraceId {
    std::uint64_t high{};
    std::uint64_t low{};

    explicit operator bool() const { return high != 0 || low != 0; }
    friend bool operator==(const TraceId&, const TraceId&) = default;
};

std::string to_hex(TraceId id);  // 32 digits

struct TraceContext {
    TraceId trace;
    std::uint64_t span{};
    std::uint8_t flags{};

    friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

// The value of a traceparent field; nullopt when it is none, or of a version that cannot be read.
std::optional<TraceContext> parse_traceparent(std::string_view text);
std::string to_traceparent(const TraceContext& context);

// Our part of the caller's trace, or of a new one when there is none.
TraceContext continue_trace(const std::optional<TraceContext>& caller, Random& random);

}  // namespace herald
