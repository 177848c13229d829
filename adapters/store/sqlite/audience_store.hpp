#pragma once
// Loading audiences on SQLite.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/audience_store.hpp"

namespace herald::sqlite {

class SqliteAudienceStore final : public AudienceStore {
 public:
    explicit SqliteAudienceStore(Database& database) : database_(database) {}

    Task<Result<std::optional<OpenSource>>> next_source(WorkspaceId workspace, std::int64_t last) override;
    Task<Result<bool>> append_page(WorkspaceId workspace, LoadedPage page, WallTime now) override;
    Task<Result<bool>> restart_source(WorkspaceId workspace, std::int64_t source) override;
    Task<Result<bool>> refuse_source(WorkspaceId workspace, std::int64_t source, std::string reason,
                                     WallTime now) override;

 private:
    Database& database_;
};

}  // namespace herald::sqlite
