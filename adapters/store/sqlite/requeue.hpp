#pragma once
// The rows of a retry, in slices: the campaign runs at once, its rows follow. The table `requeues` has the states that
// are not through. A retry is for the rows that had ended when it was asked for: it has a round of the campaign, a row
// is marked with the round in which it ended, and only those of earlier rounds are queued. So no row is queued twice
// by one retry, whatever becomes of it meanwhile and whatever the clock does.

#include <set>

#include "adapters/store/sqlite/database.hpp"

namespace herald::sqlite {

// How many rows a retry of `states` would queue now. `counts` are those of the campaign.
std::int64_t count_requeued(Connection& connection, std::int64_t campaign, const DeliveryCounts& counts,
                            const std::set<DeliveryState>& states);
// The first slice now, the rest by requeue_next(). What an earlier retry of other states has left stays to be done.
void begin_requeue(Write& write, std::int64_t campaign, const std::set<DeliveryState>& states, WallTime now);
// What has not been queued again by now stays as it ended.
void end_requeue(Write& write, std::int64_t campaign);

// Whether rows are still to be queued: until then the campaign is not complete.
bool is_requeued(Connection& connection, std::int64_t campaign);

// One slice of the first campaign that needs it. False: none does.
bool requeue_next(Write& write, WallTime now);

}  // namespace herald::sqlite
