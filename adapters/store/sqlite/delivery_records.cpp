#include "adapters/store/sqlite/delivery_records.hpp"

#include <algorithm>

#include "adapters/store/sqlite/campaign_pages.hpp"
#include "adapters/store/sqlite/events.hpp"
#include "adapters/store/sqlite/idempotency.hpp"
#include "adapters/store/sqlite/rows.hpp"
#include "domain/audit/records.hpp"

namespace herald::sqlite {
namespace {

using Outcome = AttemptRecord::Outcome;

constexpr std::size_t most_resolutions = 100;

Error no_such_delivery() {
    return {Errc::not_found, "no such delivery"};
}

// As the names in settle.cpp.
Outcome outcome_of(const std::string& event) {
    if (event == "withdraw") return Outcome::not_executed;
    if (event == "reject") return Outcome::rejected;
    if (event == "refuse") return Outcome::refused;
    return Outcome::unknown;
}

std::int64_t count_attempts(Connection& connection, std::int64_t number) {
    auto row = connection.query("SELECT count(*) FROM attempts WHERE delivery = ?1");
    return row.with(number).next() ? row.integer(0) : 0;
}

std::vector<AttemptRecord> attempts_of(Connection& connection, std::int64_t number, std::size_t limit) {
    std::vector<AttemptRecord> attempts;
    auto row = connection.query(
        "SELECT event, at, reason, detail, request_id FROM attempts WHERE delivery = ?1 ORDER BY claim DESC LIMIT ?2");
    row.with(number, limit);
    while (row.next())
        attempts.push_back({outcome_of(row.text(0)), row.time(1), row.text(2), row.text(3), {}, row.text(4)});
    std::ranges::reverse(attempts);
    return attempts;
}

// An attempt that was accepted has no row of its own: its outcome is the delivery's.
std::optional<AttemptRecord> accepted_attempt(const DeliveryRecord& record) {
    if (record.state != DeliveryState::accepted || record.message_id.empty()) return {};
    return AttemptRecord{Outcome::accepted, record.updated_at.value_or(WallTime{}), {}, {}, record.message_id,
                         record.request_id};
}

std::vector<ResolutionRecord> resolutions_of(Connection& connection, std::int64_t number) {
    std::vector<ResolutionRecord> out;
    auto row = connection.query(
        "SELECT outcome, at, actor, note FROM resolutions INDEXED BY resolutions_delivery WHERE delivery = ?1 "
        "ORDER BY number DESC LIMIT ?2");
    row.with(number, most_resolutions);
    while (row.next())
        out.push_back({row.text(0) == name(Resolution::accepted) ? Resolution::accepted : Resolution::not_sent,
                       row.time(1), row.text(2), row.text(3)});
    std::ranges::reverse(out);
    return out;
}

Result<DeliveryDetails> details_of(Connection& connection, const WorkspaceId& workspace, std::int64_t number) {
    auto record = find_delivery(connection, workspace, number);
    if (!record) return no_such_delivery();
    DeliveryDetails out;
    out.record = std::move(*record);
    auto accepted = accepted_attempt(out.record);
    out.attempts_total = count_attempts(connection, number) + (accepted ? 1 : 0);
    out.attempts = attempts_of(connection, number, most_attempts_listed - (accepted ? 1 : 0));
    if (accepted) out.attempts.push_back(std::move(*accepted));
    out.resolutions = resolutions_of(connection, number);
    return out;
}

struct Row {
    std::int64_t campaign{};
    CampaignId id;
    DeliveryState state{};
    std::string reason;
    bool track_event{};
    std::optional<WallTime> intent_at;
};

std::optional<Row> find_row(Write& write, const WorkspaceId& workspace, std::int64_t number) {
    auto row = write.query(
        "SELECT d.campaign, c.id, d.state, d.reason, c.track_event AND c.channel = 'email', d.intent_at "
        "FROM deliveries d JOIN campaigns c ON c.number = d.campaign WHERE d.number = ?1 AND c.workspace = ?2");
    if (!row.with(number, workspace).next()) return {};
    return Row{row.integer(0), {row.text(1)},  *delivery_state(row.text(2)),
               row.text(3),    row.boolean(4), row.optional_time(5)};
}

// The claim stays as it is: an answer of the attempt that comes now finds no row in flight.
void move(Write& write, const Row& row, const ResolveRequest& request, DeliveryState to) {
    const std::string reason(to == DeliveryState::rejected ? resolved_reason : std::string_view());
    write
        .query(
            "UPDATE deliveries SET state = ?3, reason = ?4, detail = '', updated_at = ?5, "
            "round = (SELECT c.round FROM campaigns c WHERE c.number = ?6) WHERE number = ?1 AND state = ?2")
        .with(request.number, name(row.state), name(to), reason, request.now, row.campaign)
        .run();
    write.changes().move(row.campaign, row.state, to);
    write.changes().reason(row.campaign, row.state, row.reason, -1);
    write.changes().reason(row.campaign, to, reason, 1);
    write.changes().happened(request.now);
}

void record(Write& write, const Caller& caller, const ResolveRequest& request) {
    write
        .query(
            "INSERT INTO resolutions (delivery, workspace, at, outcome, actor, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .with(request.number, caller.workspace, request.now, name(request.outcome), caller.actor, request.note)
        .run();
}

Result<ResolvedDelivery> resolve_delivery(Write& write, const Caller& caller, const ResolveRequest& request,
                                          const Idempotency& idempotency, const DeliveryRecords::Render& render) {
    auto stored = stored_answer(write.connection(), caller.workspace, idempotency.scope, idempotency.key,
                                idempotency.request_hash, request.now);
    if (!stored) return stored.error();
    if (*stored) return ResolvedDelivery{{}, std::move(*stored)};

    const auto row = find_row(write, caller.workspace, request.number);
    if (!row) return no_such_delivery();
    const auto to = resolved(row->state, request.outcome);
    if (!to) return to.error();
    move(write, *row, request, *to);
    record(write, caller, request);
    write.audit(caller, request.now, delivery_resolved(request.number, row->id, request.outcome, row->state, *to));
    // It was sent when it was promised to be, whenever somebody found that out.
    if (*to == DeliveryState::accepted && row->track_event)
        record_event(write, request.number, row->campaign, row->intent_at.value_or(request.now));
    write.flush();
    auto details = details_of(write.connection(), caller.workspace, request.number);
    if (!details) return details.error();
    if (!idempotency.key.empty())
        store_answer(write, caller.workspace, number_id("dlv", request.number), idempotency, request.now,
                     render(*details));
    return ResolvedDelivery{std::move(*details), {}};
}

}  // namespace

Task<Result<DeliveryDetails>> SqliteDeliveryRecords::get(WorkspaceId workspace, std::int64_t number) {
    co_return co_await database_.read(
        [&](Connection& connection) { return details_of(connection, workspace, number); });
}

Task<Result<ResolvedDelivery>> SqliteDeliveryRecords::resolve(Caller caller, ResolveRequest request,
                                                              Idempotency idempotency, Render render) {
    co_return co_await database_.write(
        [&](Write& write) { return resolve_delivery(write, caller, request, idempotency, render); });
}

}  // namespace herald::sqlite
