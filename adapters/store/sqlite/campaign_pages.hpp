#pragma once
// Pages of campaigns and deliveries. A cursor is the last row seen, so a page does not shift under inserts.

#include <optional>
#include <vector>

#include "adapters/store/sqlite/connection.hpp"
#include "domain/ports/campaign_store.hpp"

namespace herald::sqlite {

std::vector<Campaign> campaign_page(Connection& connection, const WorkspaceId& workspace, const CampaignQuery& query);
std::vector<DeliveryRecord> delivery_page(Connection& connection, const WorkspaceId& workspace, std::int64_t campaign,
                                          const DeliveryQuery& query);
std::optional<DeliveryRecord> find_delivery(Connection& connection, const WorkspaceId& workspace, std::int64_t number);
std::vector<ReasonCount> reason_counts(Connection& connection, std::int64_t campaign);

}  // namespace herald::sqlite
