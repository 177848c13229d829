#include "adapters/store/sqlite/claim.hpp"

#include <algorithm>
#include <string_view>

#include "adapters/store/sqlite/rows.hpp"
#include "domain/campaign/pacer.hpp"

namespace herald::sqlite {
namespace {

struct Turn {
    std::int64_t campaign{};
    CampaignId id;
    std::optional<std::int64_t> max_per_minute;
    std::size_t held{};  // in the loop's hands, with those it is given now
    std::size_t most{};  // that it may come to hold
    std::vector<ClaimedDelivery> rows{};
};

// The running campaigns, beginning behind the one that was served last.
std::vector<Turn> turns(Write& write, const WorkspaceId& workspace, const Holdings& held, WallTime now,
                        std::int64_t last_served) {
    std::vector<Turn> out;
    auto row = write.query(
        "SELECT number, id, max_per_minute FROM campaigns INDEXED BY campaigns_running WHERE state = 'running' "
        "AND workspace = ?1 AND (expires_at IS NULL OR expires_at > ?2) ORDER BY number");
    row.with(workspace, now);
    while (row.next()) {
        Turn turn{row.integer(0), {row.text(1)}, row.optional_integer(2)};
        turn.most = claimed_ahead(turn.max_per_minute);
        if (const auto known = held.find(turn.id); known != held.end()) turn.held = known->second;
        out.push_back(std::move(turn));
    }
    std::ranges::rotate(out, std::ranges::find_if(out, [&](const Turn& t) { return t.campaign > last_served; }));
    return out;
}

constexpr std::string_view due_rows =
    "SELECT number, state, ref_kind, ref, variables, attempts, throttled, lookups, contact_born "
    "FROM deliveries INDEXED BY deliveries_due WHERE campaign = ?1 AND state IN ('queued', 'deferred') "
    "AND not_before > 0 AND not_before <= ?3 ORDER BY not_before, position LIMIT ?2";
constexpr std::string_view ready_rows =
    "SELECT number, state, ref_kind, ref, variables, attempts, throttled, lookups, contact_born "
    "FROM deliveries INDEXED BY deliveries_ready WHERE campaign = ?1 AND state = 'queued' AND not_before = 0 "
    "ORDER BY position LIMIT ?2";

ClaimedDelivery to_claimed(const Query& row, const Turn& turn, Claims& claims) {
    ClaimedDelivery claimed;
    claimed.claim =
        claims.hold(row.integer(0), turn.campaign, delivery_state(row.text(1)).value_or(DeliveryState::queued));
    claimed.campaign = turn.id;
    claimed.max_per_minute = turn.max_per_minute;
    claimed.ref = to_ref(row.text(2), row.text(3));
    claimed.variables = to_map(row.text(4));
    claimed.attempts = row.integer(5);
    claimed.throttled = row.integer(6);
    claimed.lookups = row.integer(7);
    claimed.contact_born = row.optional_time(8);
    return claimed;
}

// Those in hand stand where they stood and are passed over; there are never more of them than fit the loop's buffer.
std::size_t take(Write& write, Turn& turn, std::string_view sql, std::size_t wanted, WallTime now) {
    auto& claims = write.claims();
    const auto most = wanted + claims.held_of(turn.campaign);
    auto row = write.query(sql);
    if (sql == due_rows)
        row.with(turn.campaign, most, now);
    else
        row.with(turn.campaign, most);
    std::size_t got = 0;
    while (got < wanted && row.next()) {
        if (claims.holds(row.integer(0))) continue;
        turn.rows.push_back(to_claimed(row, turn, claims));
        ++got;
    }
    return got;
}

std::size_t take_next(Write& write, Turn& turn, std::size_t wanted, WallTime now) {
    auto got = take(write, turn, due_rows, wanted, now);
    if (got < wanted) got += take(write, turn, ready_rows, wanted - got, now);
    turn.held += got;
    return got;
}

// How many rows each may come to hold so that all hold equally many, but one more than somebody holds now.
std::size_t level_of(const std::vector<Turn*>& open, std::size_t left) {
    std::size_t sum = left;
    auto least = open.front()->held;
    for (const auto* turn : open) {
        sum += turn->held;
        least = std::min(least, turn->held);
    }
    return std::max(sum / open.size(), least + 1);
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
                                              const Holdings& held, WallTime now, std::int64_t& last_served) {
    auto all = turns(write, workspace, held, now, last_served);
    std::vector<Turn*> open;
    for (auto& turn : all)
        if (turn.held < turn.most) open.push_back(&turn);

    auto left = limit;
    // What a campaign has no rows for, or may not hold, is shared again between the others.
    while (left > 0 && !open.empty()) {
        const auto level = level_of(open, left);
        std::vector<Turn*> more;
        for (auto* turn : open) {
            const auto upto = std::min(level, turn->most);
            const auto wanted = std::min(upto - std::min(upto, turn->held), left);
            const auto got = wanted > 0 ? take_next(write, *turn, wanted, now) : 0;
            left -= got;
            if (got > 0) last_served = turn->campaign;
            if (got == wanted && turn->held < turn->most) more.push_back(turn);
        }
        open = std::move(more);
    }
    return interleaved(std::move(all), limit - left);
}

bool open_rows(Connection& connection, const WorkspaceId& workspace) {
    return connection
        .query(
            "SELECT 1 FROM campaigns c INDEXED BY campaigns_running JOIN campaign_counts k ON k.campaign = c.number "
            "WHERE c.state = 'running' AND c.workspace = ?1 AND k.queued + k.inflight + k.deferred > 0 "
            "UNION ALL SELECT 1 FROM audience_sources s INDEXED BY audience_sources_pending "
            "JOIN campaigns c ON c.number = s.campaign "
            "WHERE s.state = 'pending' AND s.workspace = ?1 AND c.state = 'running' "
            "UNION ALL SELECT 1 FROM tracked_events INDEXED BY tracked_events_due WHERE state = 'queued' "
            "AND workspace = ?1 LIMIT 1")
        .with(workspace)
        .next();
}

}  // namespace herald::sqlite
