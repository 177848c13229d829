#include "adapters/store/sqlite/plan.hpp"

#include <string>

namespace herald::sqlite {
namespace {

constexpr auto from = DeliveryState::claimed;

struct Row {
    std::int64_t number{};
    std::int64_t campaign{};
};

std::optional<Row> claimed_row(Write& write, const Claim& claim) {
    auto row = write.query("SELECT campaign FROM deliveries WHERE number = ?1 AND claims = ?2 AND state = 'claimed'");
    if (!row.with(claim.number, claim.claim).next()) return {};
    return Row{claim.number, row.integer(0)};
}

// Whether another row of the campaign has the person. The unique index says the same a second time.
bool taken(Write& write, const Row& row, const ContactId& contact) {
    return write
        .query(
            "SELECT 1 FROM deliveries INDEXED BY deliveries_contact WHERE campaign = ?1 AND contact_id = ?2 "
            "AND contact_id IS NOT NULL AND reason <> 'duplicate' AND number <> ?3")
        .with(row.campaign, contact, row.number)
        .next();
}

// The usual end of planning, in one statement. False when the row is not claimed any more, or the person has another
// row of the campaign already.
bool resolve(Write& write, const PlannedDelivery& plan) {
    return write
               .query(
                   "UPDATE OR IGNORE deliveries SET contact_id = ?3, contact_born = coalesce(?4, contact_born) "
                   "WHERE number = ?1 AND claims = ?2 AND state = 'claimed'")
               .with(plan.claim.number, plan.claim.claim, plan.contact, plan.contact_born)
               .run() > 0;
}

void skip(Write& write, const Row& row, const std::string& reason, const std::string& detail,
          const std::optional<ContactId>& contact, WallTime now) {
    write
        .query(
            "UPDATE deliveries SET state = 'skipped', reason = ?2, contact_id = coalesce(?3, contact_id), "
            "not_before = 0, updated_at = ?4, detail = ?5 WHERE number = ?1")
        .with(row.number, reason, contact, now, detail)
        .run();
    write.changes().move(row.campaign, from, DeliveryState::skipped);
    write.changes().reason(row.campaign, DeliveryState::skipped, reason, 1);
}

void defer(Write& write, const Row& row, const PlannedDelivery& plan, WallTime now) {
    write
        .query(
            "UPDATE deliveries SET state = 'deferred', lookups = lookups + 1, contact_id = coalesce(?2, contact_id), "
            "not_before = ?3, updated_at = ?4 WHERE number = ?1")
        .with(row.number, plan.contact, plan.not_before.value_or(now), now)
        .run();
    write.changes().move(row.campaign, from, DeliveryState::deferred);
}

void release(Write& write, const Row& row, const PlannedDelivery& plan) {
    write.query("UPDATE deliveries SET state = 'queued', not_before = coalesce(?2, not_before) WHERE number = ?1")
        .with(row.number, plan.not_before)
        .run();
    write.changes().move(row.campaign, from, DeliveryState::queued);
}

}  // namespace

std::vector<Claim> apply_plans(Write& write, const std::vector<PlannedDelivery>& plans, WallTime now) {
    std::vector<Claim> ready;
    write.changes().happened(now);
    for (const auto& plan : plans) {
        if (plan.event == DeliveryEvent::intend && plan.contact && resolve(write, plan)) {
            ready.push_back(plan.claim);
            continue;
        }
        const auto row = claimed_row(write, plan.claim);
        if (!row || !next_state(from, plan.event)) continue;
        if (plan.event == DeliveryEvent::release) {
            release(write, *row, plan);
        } else if (plan.contact && taken(write, *row, *plan.contact)) {
            skip(write, *row, std::string(name(SkipReason::duplicate)), {}, plan.contact, now);
        } else if (plan.event == DeliveryEvent::skip) {
            skip(write, *row, plan.reason, plan.detail, plan.contact, now);
        } else if (plan.event == DeliveryEvent::defer) {
            defer(write, *row, plan, now);
        } else if (plan.event == DeliveryEvent::intend) {
            write
                .query(
                    "UPDATE deliveries SET contact_id = coalesce(?2, contact_id), "
                    "contact_born = coalesce(?3, contact_born) WHERE number = ?1")
                .with(row->number, plan.contact, plan.contact_born)
                .run();
            ready.push_back(plan.claim);
        }
    }
    return ready;
}

}  // namespace herald::sqlite
