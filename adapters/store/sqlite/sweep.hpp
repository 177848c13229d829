#pragma once
// The rows of campaigns that have ended, in slices: the campaign says at once that nothing more is sent, its rows
// follow. `campaigns.sweeping` marks whose rows still have to.

#include "adapters/store/sqlite/database.hpp"

namespace herald::sqlite {

// About 10 ms of work with every index that a row stands in.
inline constexpr std::int64_t swept_at_once = 2'000;

// Whose rows follow: the first slice now, the rest by sweep(). In the transaction that ended the campaign.
void begin_sweep(Write& write, std::int64_t campaign, DeliveryEvent event, WallTime now);
// The campaign is nobody's from now on, and its rows follow.
void begin_removal(Write& write, std::int64_t campaign);

// One slice of the first campaign that needs it. False: none does.
bool sweep(Write& write, WallTime now);

}  // namespace herald::sqlite
