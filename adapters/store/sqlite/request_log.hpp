#pragma once
// Keys of requests whose effect is not in the store.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/request_log.hpp"

namespace herald::sqlite {

class SqliteRequestLog final : public RequestLog {
 public:
    explicit SqliteRequestLog(Database& database) : database_(database) {}

    Task<Result<KeyRecord>> look(WorkspaceId workspace, RequestKey key, WallTime now) override;
    Task<Result<KeyRecord>> begin(Caller caller, RequestKey key, WallTime now, WallTime expires_at) override;
    Task<Result<void>> finish(Caller caller, RequestKey key, Done done, WallTime now) override;

 private:
    Database& database_;
};

}  // namespace herald::sqlite
