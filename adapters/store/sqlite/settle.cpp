#include "adapters/store/sqlite/settle.hpp"

#include <string>
#include <string_view>

#include "adapters/store/sqlite/events.hpp"

namespace herald::sqlite {
namespace {

struct Row {
    std::int64_t campaign{};
    DeliveryState state{};
    std::string reason;
    std::int64_t attempts{};
};

std::optional<Row> sent_row(Write& write, const Claim& claim) {
    auto row = write.query(
        "SELECT campaign, state, reason, attempts FROM deliveries "
        "WHERE number = ?1 AND claims = ?2 AND state IN ('inflight', 'unknown')");
    if (!row.with(claim.number, claim.claim).next()) return {};
    return Row{row.integer(0), *delivery_state(row.text(1)), row.text(2), row.integer(3)};
}

// How the campaign's open rows end, when it was cancelled or has expired.
std::optional<DeliveryEvent> end_of(Write& write, std::int64_t campaign, WallTime at) {
    auto row = write.query("SELECT state = 'cancelled', expires_at <= ?2 FROM campaigns WHERE number = ?1");
    if (!row.with(campaign, at).next()) return {};
    if (row.boolean(0)) return DeliveryEvent::cancel;
    if (row.boolean(1)) return DeliveryEvent::expire;
    return {};
}

std::string_view name_of(DeliveryEvent event) {
    switch (event) {
        case DeliveryEvent::withdraw:
            return "withdraw";
        case DeliveryEvent::reject:
            return "reject";
        case DeliveryEvent::refuse:
            return "refuse";
        case DeliveryEvent::lose:
            return "lose";
        case DeliveryEvent::skip:
        case DeliveryEvent::defer:
        case DeliveryEvent::intend:
        case DeliveryEvent::accept:
        case DeliveryEvent::expire:
        case DeliveryEvent::cancel:
        case DeliveryEvent::requeue:
        case DeliveryEvent::confirm:
        case DeliveryEvent::deny:
            break;
    }
    return "";
}

void record_attempt(Write& write, const Settlement& s, const Row& row) {
    write
        .query(
            "INSERT INTO attempts (delivery, workspace, claim, n, at, event, reason, detail, request_id) "
            "SELECT number, workspace, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM deliveries WHERE number = ?1")
        .with(s.claim.number, s.claim.claim, row.attempts, s.at, name_of(s.event), s.reason, s.detail, s.request_id)
        .run();
}

// Back for another attempt, or, when the campaign ended meanwhile, through `queued` to its end.
void withdraw(Write& write, const Settlement& s, const Row& row) {
    auto to = DeliveryState::queued;
    if (const auto end = end_of(write, row.campaign, s.at)) to = next_state(to, *end).value_or(to);
    write
        .query(
            "UPDATE deliveries SET state = ?3, not_before = ?4, attempts = attempts - ?5, throttled = throttled + ?6, "
            "contact_id = CASE WHEN ?7 THEN NULL ELSE contact_id END, lookups = lookups + ?7, updated_at = ?8 "
            "WHERE number = ?1 AND claims = ?2 AND state = 'inflight'")
        .with(s.claim.number, s.claim.claim, name(to),
              to == DeliveryState::queued ? s.not_before.value_or(WallTime{}) : WallTime{}, !s.charge, s.throttled,
              s.forget_contact, s.at)
        .run();
    write.changes().move(row.campaign, row.state, to);
}

void finish(Write& write, const Settlement& s, const Row& row, DeliveryState to) {
    auto reason = s.reason;
    if (s.event == DeliveryEvent::accept) reason.clear();
    if (s.event == DeliveryEvent::refuse && reason.empty()) reason = name(SkipReason::unsubscribed);
    write
        .query(
            "UPDATE deliveries SET state = ?4, reason = ?5, detail = ?6, message_id = ?7, request_id = ?8, "
            "updated_at = ?9, round = (SELECT c.round FROM campaigns c WHERE c.number = ?10) "
            "WHERE number = ?1 AND claims = ?2 AND state = ?3")
        .with(s.claim.number, s.claim.claim, name(row.state), name(to), reason, s.detail, s.message_id, s.request_id,
              s.at, row.campaign)
        .run();
    write.changes().move(row.campaign, row.state, to);
    write.changes().reason(row.campaign, row.state, row.reason, -1);
    write.changes().reason(row.campaign, to, reason, 1);
}

// The usual end, in one statement. A row in flight has neither reason nor detail.
bool accept_sent(Write& write, const Settlement& s, std::int64_t campaign) {
    const auto rows =
        write
            .query(
                "UPDATE deliveries SET state = 'accepted', message_id = ?3, request_id = ?4, updated_at = ?5 "
                "WHERE number = ?1 AND claims = ?2 AND state = 'inflight'")
            .with(s.claim.number, s.claim.claim, s.message_id, s.request_id, s.at)
            .run();
    if (rows == 0) return false;
    write.changes().happened(s.at);
    write.changes().move(campaign, DeliveryState::inflight, DeliveryState::accepted);
    if (s.track_event) record_event(write, s.claim.number, campaign, s.at);
    return true;
}

}  // namespace

bool apply_intent(Write& write, const Claim& claim, WallTime now) {
    const auto held = write.claims().take(claim);
    if (!held || !held->contact || !write.sends(held->campaign, now)) return false;
    const auto rows =
        write
            .query(
                "UPDATE OR IGNORE deliveries SET state = 'inflight', claims = ?2, attempts = attempts + 1, "
                "contact_id = ?4, not_before = 0, intent_at = ?5, updated_at = ?5 "
                "WHERE number = ?1 AND claims < ?2 AND state = ?3")
            .with(claim.number, claim.claim, name(held->from), *held->contact, now)
            .run();
    if (rows == 0) return false;  // cancelled meanwhile; or the person has a row, which the next plan will see
    write.claims().sent(claim, held->campaign);
    write.changes().move(held->campaign, held->from, DeliveryState::inflight);
    return true;
}

bool apply_settlement(Write& write, const Settlement& settlement) {
    if (name_of(settlement.event).empty() && settlement.event != DeliveryEvent::accept)
        return false;  // no attempt ends so
    const auto campaign = write.claims().settled(settlement.claim);
    if (campaign && settlement.event == DeliveryEvent::accept && accept_sent(write, settlement, *campaign)) return true;
    const auto row = sent_row(write, settlement.claim);
    const auto to = row ? next_state(row->state, settlement.event) : std::nullopt;
    if (!to) return false;
    write.changes().happened(settlement.at);
    if (settlement.event == DeliveryEvent::withdraw)
        withdraw(write, settlement, *row);
    else
        finish(write, settlement, *row, *to);
    if (settlement.event != DeliveryEvent::accept)
        record_attempt(write, settlement, *row);
    else if (settlement.track_event)
        record_event(write, settlement.claim.number, row->campaign, settlement.at);
    return true;
}

}  // namespace herald::sqlite
