#pragma once
// The pace of one campaign (`max_per_minute`), over the messages it begins to send. Pure.
//
// A schedule with one message an interval. Messages meet their moment late (a slot of the shared limit comes every few
// milliseconds), so a schedule that forgot every lateness would stay several percent below its pace: up to half a
// second of it is made up for. That is less than 1 % of a minute; where one message more would be too much, nothing is
// made up.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "domain/core/time.hpp"

namespace herald {

inline constexpr std::int64_t largest_pace = 100'000;  // messages a minute

// How many rows of a campaign may be claimed ahead of their moment: two seconds' worth. Without a pace: any number.
std::size_t claimed_ahead(std::optional<std::int64_t> max_per_minute);

class Pacer {
 public:
    // From now on, counted from the last message on. nullopt: as fast as the shared limit allows.
    void set(std::optional<std::int64_t> max_per_minute);

    // Messages went out before this pacer was there: the next one is an interval away, not due at once.
    void sent_before(SteadyTime now);

    // When the next message may begin; it may have passed.
    SteadyTime due() const;
    void take(SteadyTime now);

 private:
    SteadyTime::duration interval_{};
    std::optional<SteadyTime> last_;  // the last message's moment in the schedule
};

}  // namespace herald
