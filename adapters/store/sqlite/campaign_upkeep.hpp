#pragma once
// What is left to do with campaigns after the write that decided it.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/campaign_upkeep.hpp"

namespace herald::sqlite {

class SqliteCampaignUpkeep final : public CampaignUpkeep {
 public:
    explicit SqliteCampaignUpkeep(Database& database) : database_(database) {}

    Task<Result<std::vector<Timed>>> timed(WorkspaceId workspace, WallTime until, std::size_t limit) override;
    Task<Result<bool>> sweep(WallTime now) override;

 private:
    Database& database_;
};

}  // namespace herald::sqlite
