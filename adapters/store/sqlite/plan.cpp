#include "adapters/store/sqlite/plan.hpp"

#include <string>

namespace herald::sqlite {
namespace {

bool ends_planning(DeliveryEvent event) {
    return event == DeliveryEvent::intend || event == DeliveryEvent::skip || event == DeliveryEvent::defer;
}

// Whether another row of the campaign has the person.
bool taken(Write& write, std::int64_t number, std::int64_t campaign, const ContactId& contact) {
    return write
        .query(
            "SELECT 1 FROM deliveries INDEXED BY deliveries_contact WHERE campaign = ?1 AND contact_id = ?2 "
            "AND contact_id IS NOT NULL AND reason <> 'duplicate' AND number <> ?3")
        .with(campaign, contact, number)
        .next();
}

void skip(Write& write, const Claim& claim, const Claims::Held& row, const std::string& reason,
          const std::string& detail, const std::optional<ContactId>& contact, WallTime now) {
    const auto rows =
        write
            .query(
                "UPDATE deliveries SET state = 'skipped', reason = ?3, contact_id = coalesce(?4, "
                "contact_id), not_before = 0, updated_at = ?5, detail = ?6, "
                "round = (SELECT c.round FROM campaigns c WHERE c.number = ?7) WHERE number = ?1 AND state = ?2")
            .with(claim.number, name(row.from), reason, contact, now, detail, row.campaign)
            .run();
    if (rows == 0) return;
    write.changes().move(row.campaign, row.from, DeliveryState::skipped);
    write.changes().reason(row.campaign, DeliveryState::skipped, reason, 1);
}

void defer(Write& write, const Claims::Held& row, const PlannedDelivery& plan, WallTime now) {
    const auto rows =
        write
            .query(
                "UPDATE deliveries SET state = 'deferred', lookups = lookups + 1, contact_id = coalesce(?3, "
                "contact_id), not_before = ?4, updated_at = ?5 WHERE number = ?1 AND state = ?2")
            .with(plan.claim.number, name(row.from), plan.contact, plan.not_before.value_or(now), now)
            .run();
    write.changes().move(row.campaign, row.from, DeliveryState::deferred, rows);
}

// After a crash nobody else knows that the contact is so new.
void remember_birth(Write& write, const PlannedDelivery& plan) {
    if (!plan.contact_born) return;
    write.query("UPDATE deliveries SET contact_born = ?2 WHERE number = ?1")
        .with(plan.claim.number, plan.contact_born)
        .run();
}

}  // namespace

std::vector<Claim> apply_plans(Write& write, const std::vector<PlannedDelivery>& plans, WallTime now) {
    auto& claims = write.claims();
    std::vector<Claim> ready;
    write.changes().happened(now);
    for (const auto& plan : plans) {
        const auto* held = claims.find(plan.claim);
        if (held == nullptr || !ends_planning(plan.event)) continue;
        const bool duplicate = plan.contact && (taken(write, plan.claim.number, held->campaign, *plan.contact) ||
                                                !claims.reserve(plan.claim, *plan.contact));
        if (!duplicate && plan.event == DeliveryEvent::intend && plan.contact) {
            remember_birth(write, plan);
            ready.push_back(plan.claim);
            continue;
        }
        const auto row = claims.take(plan.claim);
        if (duplicate)
            skip(write, plan.claim, *row, std::string(name(SkipReason::duplicate)), {}, plan.contact, now);
        else if (plan.event == DeliveryEvent::skip)
            skip(write, plan.claim, *row, plan.reason, plan.detail, plan.contact, now);
        else if (plan.event == DeliveryEvent::defer)
            defer(write, *row, plan, now);
    }
    return ready;
}

}  // namespace herald::sqlite
