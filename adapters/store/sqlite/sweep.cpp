#include "adapters/store/sqlite/sweep.hpp"

namespace herald::sqlite {
namespace {

struct Swept {
    std::int64_t campaign{};
    bool removed{};
    DeliveryEvent event{};
};

std::optional<Swept> next_swept(Write& write) {
    auto row = write.query(
        "SELECT number, workspace = '', state FROM campaigns INDEXED BY campaigns_sweeping WHERE sweeping = 1 "
        "ORDER BY number LIMIT 1");
    if (!row.next()) return {};
    // Whatever else is swept has expired, also while it runs or is paused.
    const bool cancelled = row.text(2) == name(CampaignState::cancelled);
    return Swept{row.integer(0), row.boolean(1), cancelled ? DeliveryEvent::cancel : DeliveryEvent::expire};
}

void mark(Write& write, std::int64_t campaign, bool sweeping) {
    write.query("UPDATE campaigns SET sweeping = ?2 WHERE number = ?1").with(campaign, sweeping).run();
}

// Moves up to `limit` rows that are in `from`; the states are those of the domain's table.
std::int64_t move_rows(Write& write, std::int64_t campaign, DeliveryState from, DeliveryEvent event, std::int64_t limit,
                       WallTime now) {
    const auto to = next_state(from, event);
    if (!to || limit <= 0) return 0;
    const auto rows =
        write
            .query(
                "UPDATE deliveries SET state = ?3, not_before = 0, updated_at = ?4 WHERE number IN (SELECT number "
                "FROM deliveries INDEXED BY deliveries_state WHERE campaign = ?1 AND state = ?2 LIMIT ?5)")
            .with(campaign, name(from), name(*to), now, limit)
            .run();
    write.changes().move(campaign, from, *to, rows);
    return rows;
}

// True: the slice was full, and there may be more.
bool end_rows(Write& write, std::int64_t campaign, DeliveryEvent event, WallTime now) {
    auto left = swept_at_once;
    for (const auto from : all_delivery_states) left -= move_rows(write, campaign, from, event, left, now);
    write.changes().happened(now);
    return left == 0;
}

// Rows first, in slices; the campaign goes when none is left. A draft's rows have never been anything but queued.
void remove_some(Write& write, std::int64_t campaign) {
    const auto rows = write
                          .query(
                              "DELETE FROM deliveries WHERE number IN (SELECT number FROM deliveries "
                              "INDEXED BY deliveries_position WHERE campaign = ?1 LIMIT ?2)")
                          .with(campaign, swept_at_once)
                          .run();
    if (rows > 0) {
        write.changes().add(campaign, DeliveryState::queued, -rows);
        return;
    }
    write.query("DELETE FROM campaign_counts WHERE campaign = ?1").with(campaign).run();
    write.query("DELETE FROM reason_counts WHERE campaign = ?1").with(campaign).run();
    write.query("DELETE FROM campaigns WHERE number = ?1").with(campaign).run();
}

}  // namespace

void begin_sweep(Write& write, std::int64_t campaign, DeliveryEvent event, WallTime now) {
    mark(write, campaign, end_rows(write, campaign, event, now));
}

// No workspace has an empty name, so that no question of anybody finds it, and its client_ref is free again.
void begin_removal(Write& write, std::int64_t campaign) {
    write.query("UPDATE campaigns SET workspace = '', client_ref = NULL, sweeping = 1 WHERE number = ?1")
        .with(campaign)
        .run();
}

bool sweep(Write& write, WallTime now) {
    const auto next = next_swept(write);
    if (!next) return false;
    if (next->removed)
        remove_some(write, next->campaign);
    else
        begin_sweep(write, next->campaign, next->event, now);
    return true;
}

}  // namespace herald::sqlite
