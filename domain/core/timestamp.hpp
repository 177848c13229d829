#pragma once
// Dates and times as people write them (RFC 3339): an instant when there is an offset, else a local time somewhere.

#include <chrono>
#include <optional>
#include <string_view>

#include "domain/core/time.hpp"

namespace herald {

// What a clock on a wall shows, without saying where the wall is.
using LocalTime = std::chrono::local_time<milliseconds>;

struct Timestamp {
    LocalTime local{};
    std::optional<std::chrono::minutes> offset;

    // Nullopt for a local time.
    std::optional<WallTime> instant() const {
        if (!offset) return {};
        return WallTime{local.time_since_epoch() - *offset};
    }

    friend bool operator==(const Timestamp&, const Timestamp&) = default;
};

// "2026-12-01T09:00:00+01:00", "…Z", "2026-12-01T09:00:00": digits beyond the millisecond are dropped. Nullopt: not
// one.
std::optional<Timestamp> parse_timestamp(std::string_view text);

}  // namespace herald
