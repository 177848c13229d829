#include "adapters/store/sqlite/limiter_memory.hpp"

namespace herald::sqlite {

Task<Result<std::optional<LimiterState>>> SqliteLimiterMemory::load(WorkspaceId workspace) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::optional<LimiterState>> {
        auto row = connection.query(
            "SELECT limit_per_window, share, next_slot, blocked_until FROM limiter WHERE workspace = ?1");
        if (!row.with(workspace).next()) return std::nullopt;
        return LimiterState{row.real(0), row.real(1), row.time(2), row.optional_time(3)};
    });
}

Task<Result<void>> SqliteLimiterMemory::save(WorkspaceId workspace, LimiterState state) {
    co_return co_await database_.write([&](Write& write) -> Result<void> {
        write
            .query(
                "INSERT OR REPLACE INTO limiter (workspace, limit_per_window, share, next_slot, blocked_until) "
                "VALUES (?1, ?2, ?3, ?4, ?5)")
            .with(workspace, state.limit_per_window, state.share, state.next_slot, state.blocked_until)
            .run();
        return {};
    });
}

}  // namespace herald::sqlite
