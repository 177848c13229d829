#pragma once
// Between rows and domain values.

#include <map>
#include <optional>
#include <string>

#include "adapters/store/sqlite/connection.hpp"
#include "domain/audit/entry.hpp"
#include "domain/campaign/campaign.hpp"

namespace herald::sqlite {

// A JSON object of strings; the empty map is the empty text.
std::string to_text(const std::map<std::string, std::string>& values);
std::map<std::string, std::string> to_map(const std::string& text);

// A JSON object; nullopt when the text is not exactly what to_text makes of some details.
std::string to_text(const AuditDetails& details);
std::optional<AuditDetails> to_details(const std::string& text);

std::string to_text(const Contact& contact);
std::optional<Contact> to_contact(const std::string& text);

ContactRef to_ref(std::string kind, std::string value);

// "SELECT … FROM campaigns c JOIN campaign_counts k …": the columns that to_campaign reads, up to a WHERE.
const std::string& select_campaigns();
Campaign to_campaign(Connection& connection, const Query& row);
std::optional<Campaign> find_campaign(Connection& connection, const WorkspaceId& workspace, const CampaignId& id);
// The row number; nullopt when the workspace has no such campaign.
std::optional<std::int64_t> campaign_number(Connection& connection, const WorkspaceId& workspace, const CampaignId& id);

// Stores the campaign without audience; its counts start at 0. Returns the row number.
std::int64_t insert_campaign(Connection& connection, const Campaign& campaign, const std::string& body_hash);

}  // namespace herald::sqlite
