#pragma once
// The rate limiter's state across restarts, one row per workspace.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/delivery_store.hpp"

namespace herald::sqlite {

class SqliteLimiterMemory final : public LimiterMemory {
 public:
    explicit SqliteLimiterMemory(Database& database) : database_(database) {}

    Task<Result<std::optional<LimiterState>>> load(WorkspaceId workspace) override;
    Task<Result<void>> save(WorkspaceId workspace, LimiterState state) override;

 private:
    Database& database_;
};

}  // namespace herald::sqlite
