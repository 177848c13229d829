#include "adapters/store/sqlite/request_log.hpp"

#include "adapters/store/sqlite/idempotency.hpp"

namespace herald::sqlite {

Task<Result<KeyRecord>> SqliteRequestLog::look(WorkspaceId workspace, RequestKey key, WallTime now) {
    if (key.key.empty()) co_return KeyRecord{};
    co_return co_await database_.read(
        [&](Connection& connection) -> Result<KeyRecord> { return known_key(connection, workspace, key, now); });
}

Task<Result<KeyRecord>> SqliteRequestLog::begin(Caller caller, RequestKey key, WallTime now, WallTime expires_at) {
    if (key.key.empty()) co_return KeyRecord{};
    co_return co_await database_.write([&](Write& write) -> Result<KeyRecord> {
        return begin_key(write, caller.workspace, key, {}, now, expires_at);
    });
}

Task<Result<void>> SqliteRequestLog::finish(Caller caller, RequestKey key, Done done, WallTime now) {
    if (key.key.empty() && !done.record) co_return Result<void>{};
    co_return co_await database_.write([&](Write& write) -> Result<void> {
        if (done.answer)
            finish_key(write, caller.workspace, key, *done.answer, done.resource);
        else
            abandon_key(write, caller.workspace, key);
        if (done.record) write.audit(caller, now, *done.record);
        return {};
    });
}

}  // namespace herald::sqlite
