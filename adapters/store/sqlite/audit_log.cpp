#include "adapters/store/sqlite/audit_log.hpp"

#include "adapters/store/sqlite/audit.hpp"
#include "adapters/store/sqlite/sha256.hpp"

namespace herald::sqlite {
namespace {

constexpr std::size_t check_slice = 500;  // some milliseconds of a reader

}  // namespace

Task<Result<std::vector<AuditEntry>>> SqliteAuditLog::list(WorkspaceId workspace, AuditQuery query) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<AuditEntry>> {
        return audit_page(connection, workspace, query);
    });
}

Task<Result<void>> SqliteAuditLog::check_some(WorkspaceId workspace, ChainCheck& check) {
    co_return co_await database_.read([&](Connection& connection) -> Result<void> {
        check_chain(connection, workspace, check, check_slice);
        return {};
    });
}

Digest SqliteAuditLog::digest() const {
    return sha256;
}

}  // namespace herald::sqlite
