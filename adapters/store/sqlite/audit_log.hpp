#pragma once

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/audit_log.hpp"

namespace herald::sqlite {

class SqliteAuditLog final : public AuditLog {
 public:
    explicit SqliteAuditLog(Database& database) : database_(database) {}

    Task<Result<std::vector<AuditEntry>>> list(WorkspaceId workspace, AuditQuery query) override;
    Task<Result<void>> check_some(WorkspaceId workspace, ChainCheck& check) override;
    Digest digest() const override;

 private:
    Database& database_;
};

}  // namespace herald::sqlite
