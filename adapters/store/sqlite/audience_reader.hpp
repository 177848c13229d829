#pragma once
// Audiences for those who only look.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/audience_reader.hpp"

namespace herald::sqlite {

class SqliteAudienceReader final : public AudienceReader {
 public:
    explicit SqliteAudienceReader(Database& database) : database_(database) {}

    Task<Result<std::vector<AudienceMember>>> slice(WorkspaceId workspace, CampaignId campaign, std::int64_t first,
                                                    std::size_t limit) override;
    Task<Result<std::vector<AudienceMember>>> at(WorkspaceId workspace, CampaignId campaign,
                                                 std::vector<std::int64_t> positions) override;

 private:
    Database& database_;
};

}  // namespace herald::sqlite
