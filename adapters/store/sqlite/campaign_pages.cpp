#include "adapters/store/sqlite/campaign_pages.hpp"

#include <fmt/format.h>

#include "adapters/store/sqlite/rows.hpp"

namespace herald::sqlite {
namespace {

constexpr std::string_view record_columns =
    "d.number, d.position, d.ref_kind, d.ref, d.state, d.reason, d.detail, d.contact_id, d.attempts, d.message_id, "
    "d.request_id, d.not_before, d.updated_at";

// One text per combination of filters, so that each names the index that gives its order.
std::string campaigns_sql(const CampaignQuery& query) {
    std::string sql = select_campaigns() + "WHERE c.workspace = ?1";
    if (query.state) sql += " AND c.state = ?2";
    if (query.client_ref) sql += " AND c.client_ref = ?3";
    if (query.after) sql += query.ascending ? " AND c.id > ?4" : " AND c.id < ?4";
    sql += query.ascending ? " ORDER BY c.id" : " ORDER BY c.id DESC";
    return sql + " LIMIT ?5";
}

std::string deliveries_sql(const DeliveryQuery& query) {
    const char* index = query.reason ? "deliveries_reason" : query.state ? "deliveries_state" : "deliveries_position";
    std::string sql = fmt::format(
        "SELECT {} FROM deliveries d INDEXED BY {} WHERE campaign = ?1 AND position > ?4 AND workspace = ?6",
        record_columns, index);
    if (query.state) sql += " AND state = ?2";
    if (query.reason) sql += " AND reason <> '' AND reason = ?3";
    return sql + " ORDER BY position LIMIT ?5";
}

DeliveryRecord to_record(const Query& row, const CampaignId& campaign) {
    DeliveryRecord record;
    record.number = row.integer(0);
    record.campaign = campaign;
    record.position = row.integer(1);
    record.ref = to_ref(row.text(2), row.text(3));
    record.state = delivery_state(row.text(4)).value_or(DeliveryState::queued);
    record.reason = row.text(5);
    record.detail = row.text(6);
    if (auto contact = row.optional_text(7)) record.contact = ContactId{std::move(*contact)};
    record.attempts = row.integer(8);
    record.message_id = row.text(9);
    record.request_id = row.text(10);
    if (row.integer(11) > 0) record.not_before = row.time(11);
    record.updated_at = row.optional_time(12);
    return record;
}

}  // namespace

std::vector<Campaign> campaign_page(Connection& connection, const WorkspaceId& workspace, const CampaignQuery& query) {
    std::vector<Campaign> page;
    auto row = connection.query(campaigns_sql(query));
    row.with(workspace, query.state ? std::optional(name(*query.state)) : std::nullopt, query.client_ref, query.after,
             query.limit);
    while (row.next()) page.push_back(to_campaign(connection, row));
    return page;
}

std::vector<DeliveryRecord> delivery_page(Connection& connection, const WorkspaceId& workspace, std::int64_t campaign,
                                          const DeliveryQuery& query) {
    std::vector<DeliveryRecord> page;
    auto row = connection.query(deliveries_sql(query));
    row.with(campaign, query.state ? std::optional(name(*query.state)) : std::nullopt, query.reason,
             query.after_position.value_or(-1), query.limit, workspace);
    while (row.next()) page.push_back(to_record(row, query.campaign));
    return page;
}

std::optional<DeliveryRecord> find_delivery(Connection& connection, const WorkspaceId& workspace, std::int64_t number) {
    static const std::string sql = fmt::format(
        "SELECT {}, c.id FROM deliveries d JOIN campaigns c ON c.number = d.campaign "
        "WHERE d.number = ?1 AND c.workspace = ?2",
        record_columns);
    auto row = connection.query(sql);
    if (!row.with(number, workspace).next()) return {};
    return to_record(row, {row.text(13)});
}

std::vector<ReasonCount> reason_counts(Connection& connection, std::int64_t campaign) {
    std::vector<ReasonCount> counts;
    auto row = connection.query(
        "SELECT state, reason, count FROM reason_counts WHERE campaign = ?1 AND count > 0 ORDER BY state, reason");
    row.with(campaign);
    while (row.next())
        if (const auto state = delivery_state(row.text(0))) counts.push_back({*state, row.text(1), row.integer(2)});
    return counts;
}

}  // namespace herald::sqlite
