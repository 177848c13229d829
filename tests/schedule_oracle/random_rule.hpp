#pragma once
// Rules of cron made up at random: their text, and what they mean, which is known from how they were made.

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "tests/schedule_oracle/zone_history.hpp"

namespace oracle {

using Random = std::mt19937_64;

// From `least` to `most`, both included.
inline int pick(Random& random, int least, int most) {
    return std::uniform_int_distribution(least, most)(random);
}
inline bool in_percent(Random& random, int chance) {
    return pick(random, 1, 100) <= chance;
}

struct RandomRule {
    std::string text;
    std::array<bool, 60> minutes{};
    std::array<bool, 24> hours{};
    std::array<bool, 32> days{};
    std::array<bool, 13> months{};
    std::array<bool, 7> weekdays{};
    bool star_hour{};
    bool star_day{};
    bool star_weekday{};
};

// `rare`: days are months or years apart.
RandomRule random_rule(Random& random, bool rare);
// Every day at one minute.
RandomRule random_time_of_day(Random& random);

// When the rule fires first after `after` (Unix milliseconds); nullopt: not in this history.
std::optional<UnixSeconds> next(const RandomRule& rule, const ZoneHistory& history, std::int64_t after);

}  // namespace oracle
