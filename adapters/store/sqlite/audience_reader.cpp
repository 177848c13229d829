#include "adapters/store/sqlite/audience_reader.hpp"

#include "adapters/store/sqlite/campaign_changes.hpp"
#include "adapters/store/sqlite/rows.hpp"

namespace herald::sqlite {
namespace {

AudienceMember to_member(const Query& row) {
    return {row.integer(0), to_ref(row.text(1), row.text(2)), to_map(row.text(3)), row.boolean(4)};
}

}  // namespace

Task<Result<std::vector<AudienceMember>>> SqliteAudienceReader::slice(WorkspaceId workspace, CampaignId campaign,
                                                                      std::int64_t first, std::size_t limit) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<AudienceMember>> {
        const auto number = campaign_number(connection, workspace, campaign);
        if (!number) return no_such_campaign();
        std::vector<AudienceMember> members;
        auto row = connection.query(
            "SELECT position, ref_kind, ref, variables, repeated FROM deliveries INDEXED BY deliveries_position "
            "WHERE campaign = ?1 AND position >= ?2 ORDER BY position LIMIT ?3");
        row.with(*number, first, limit);
        while (row.next()) members.push_back(to_member(row));
        return members;
    });
}

Task<Result<std::vector<AudienceMember>>> SqliteAudienceReader::at(WorkspaceId workspace, CampaignId campaign,
                                                                   std::vector<std::int64_t> positions) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<AudienceMember>> {
        const auto number = campaign_number(connection, workspace, campaign);
        if (!number) return no_such_campaign();
        std::vector<AudienceMember> members;
        for (const auto position : positions) {
            auto row = connection.query(
                "SELECT position, ref_kind, ref, variables, repeated FROM deliveries INDEXED BY deliveries_position "
                "WHERE campaign = ?1 AND position = ?2");
            if (row.with(*number, position).next()) members.push_back(to_member(row));
        }
        return members;
    });
}

}  // namespace herald::sqlite
