#include "adapters/store/sqlite/claim.hpp"

#include <algorithm>
#include <string_view>

#include "adapters/store/sqlite/rows.hpp"

namespace herald::sqlite {
namespace {

struct Turn {
    std::int64_t campaign{};
    CampaignId id;
    std::vector<ClaimedDelivery> rows{};
};

// The running campaigns, beginning behind the one that was served last.
std::vector<Turn> turns(Write& write, const WorkspaceId& workspace, WallTime now, std::int64_t last_served) {
    std::vector<Turn> out;
    auto row = write.query(
        "SELECT number, id FROM campaigns INDEXED BY campaigns_running WHERE state = 'running' AND workspace = ?1 "
        "AND (expires_at IS NULL OR expires_at > ?2) ORDER BY number");
    row.with(workspace, now);
    while (row.next()) out.push_back({row.integer(0), {row.text(1)}});
    std::ranges::rotate(out, std::ranges::find_if(out, [&](const Turn& t) { return t.campaign > last_served; }));
    return out;
}

constexpr std::string_view due_rows =
    "SELECT number, claims, state, ref_kind, ref, variables, attempts, throttled, lookups, contact_born "
    "FROM deliveries INDEXED BY deliveries_due WHERE campaign = ?1 AND state IN ('queued', 'deferred') "
    "AND not_before > 0 AND not_before <= ?3 ORDER BY not_before, position LIMIT ?2";
constexpr std::string_view ready_rows =
    "SELECT number, claims, state, ref_kind, ref, variables, attempts, throttled, lookups, contact_born "
    "FROM deliveries INDEXED BY deliveries_ready WHERE campaign = ?1 AND state = 'queued' AND not_before = 0 "
    "ORDER BY position LIMIT ?2";

ClaimedDelivery to_claimed(const Query& row, const CampaignId& campaign) {
    ClaimedDelivery claimed;
    claimed.claim = {row.integer(0), row.integer(1) + 1};
    claimed.campaign = campaign;
    claimed.ref = to_ref(row.text(3), row.text(4));
    claimed.variables = to_map(row.text(5));
    claimed.attempts = row.integer(6);
    claimed.throttled = row.integer(7);
    claimed.lookups = row.integer(8);
    claimed.contact_born = row.optional_time(9);
    return claimed;
}

// Reads before it writes: the rows leave the index that is being read.
std::size_t take(Write& write, Turn& turn, std::string_view sql, std::size_t wanted, WallTime now) {
    std::vector<DeliveryState> from;
    {
        auto row = write.query(sql);
        if (sql == due_rows)
            row.with(turn.campaign, wanted, now);
        else
            row.with(turn.campaign, wanted);
        while (row.next()) {
            from.push_back(delivery_state(row.text(2)).value_or(DeliveryState::queued));
            turn.rows.push_back(to_claimed(row, turn.id));
        }
    }
    const auto first = turn.rows.size() - from.size();
    auto update = write.query(
        "UPDATE deliveries SET state = 'claimed', claims = ?2 WHERE number = ?1 AND claims = ?2 - 1 "
        "AND state IN ('queued', 'deferred')");
    for (std::size_t i = 0; i < from.size(); ++i) {
        const auto& claim = turn.rows[first + i].claim;
        update.with(claim.number, claim.claim).run();
        update.again();
        write.changes().move(turn.campaign, from[i], DeliveryState::claimed);
    }
    return from.size();
}

// One row of each campaign after the other, so that a caller that works from the front is fair as well.
std::vector<ClaimedDelivery> interleaved(std::vector<Turn> turns, std::size_t count) {
    std::vector<ClaimedDelivery> out;
    out.reserve(count);
    for (std::size_t i = 0; out.size() < count; ++i)
        for (auto& turn : turns)
            if (i < turn.rows.size()) out.push_back(std::move(turn.rows[i]));
    return out;
}

}  // namespace

std::vector<ClaimedDelivery> claim_deliveries(Write& write, const WorkspaceId& workspace, std::size_t limit,
                                              WallTime now, std::int64_t& last_served) {
    auto all = turns(write, workspace, now, last_served);
    std::vector<Turn*> open;
    for (auto& turn : all) open.push_back(&turn);

    auto left = limit;
    // Equal shares; what a campaign cannot use is shared again between those that still have rows.
    while (left > 0 && !open.empty()) {
        const auto share = std::max<std::size_t>(1, left / open.size());
        std::vector<Turn*> more;
        for (auto* turn : open) {
            const auto wanted = std::min(share, left);
            if (wanted == 0) break;
            auto got = take(write, *turn, due_rows, wanted, now);
            if (got < wanted) got += take(write, *turn, ready_rows, wanted - got, now);
            left -= got;
            if (got > 0) last_served = turn->campaign;
            if (got == wanted) more.push_back(turn);
        }
        open = std::move(more);
    }
    return interleaved(std::move(all), limit - left);
}

void release_claims(Write& write, const std::vector<Claim>& claims) {
    for (const auto& claim : claims) {
        auto row = write.query(
            "UPDATE deliveries SET state = 'queued' WHERE number = ?1 AND claims = ?2 "
            "AND state = 'claimed' RETURNING campaign");
        if (row.with(claim.number, claim.claim).next())
            write.changes().move(row.integer(0), DeliveryState::claimed, DeliveryState::queued);
    }
}

bool open_rows(Connection& connection, const WorkspaceId& workspace) {
    return connection
        .query(
            "SELECT 1 FROM campaigns c INDEXED BY campaigns_running JOIN campaign_counts k ON k.campaign = c.number "
            "WHERE c.state = 'running' AND c.workspace = ?1 AND k.queued + k.claimed + k.inflight + k.deferred > 0 "
            "UNION ALL SELECT 1 FROM audience_sources s INDEXED BY audience_sources_pending "
            "JOIN campaigns c ON c.number = s.campaign "
            "WHERE s.state = 'pending' AND s.workspace = ?1 AND c.state = 'running' "
            "UNION ALL SELECT 1 FROM tracked_events INDEXED BY tracked_events_due WHERE state = 'queued' "
            "AND workspace = ?1 LIMIT 1")
        .with(workspace)
        .next();
}

}  // namespace herald::sqlite
