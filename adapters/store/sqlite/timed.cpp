#include "adapters/store/sqlite/timed.hpp"

namespace herald::sqlite {

std::vector<Timed> timed_campaigns(Connection& connection, const WorkspaceId& workspace, WallTime until,
                                   std::size_t limit) {
    std::vector<Timed> out;
    // An expired campaign that still runs waits only for what is in flight: nothing is left to do about it.
    auto row = connection.query(
        "SELECT id, state, scheduled_at, expires_at FROM campaigns INDEXED BY campaigns_timed "
        "WHERE workspace = ?1 AND state IN ('scheduled', 'running', 'paused') "
        "AND (scheduled_at IS NOT NULL OR expires_at IS NOT NULL) "
        "AND ((state = 'scheduled' AND scheduled_at <= ?2) OR (expires_at <= ?2 AND (state = 'scheduled' OR "
        "(sweeping = 0 AND (SELECT k.queued + k.deferred FROM campaign_counts k "
        "WHERE k.campaign = campaigns.number) > 0)))) LIMIT ?3");
    row.with(workspace, until, limit);
    while (row.next())
        if (const auto state = campaign_state(row.text(1)))
            out.push_back({{row.text(0)}, *state, row.optional_time(2), row.optional_time(3)});
    return out;
}

}  // namespace herald::sqlite
