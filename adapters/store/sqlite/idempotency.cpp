#include "adapters/store/sqlite/idempotency.hpp"

#include "adapters/store/sqlite/rows.hpp"

namespace herald::sqlite {

Result<std::optional<std::string>> stored_answer(Connection& connection, const WorkspaceId& workspace,
                                                 const std::string& scope, const std::string& key,
                                                 const std::string& request_hash, WallTime now) {
    if (key.empty()) return std::nullopt;
    auto row = connection.query(
        "SELECT request_hash, answer FROM idempotency WHERE workspace = ?1 AND scope = ?2 AND key = ?3 "
        "AND expires_at > ?4");
    if (!row.with(workspace, scope, key, now).next()) return std::nullopt;
    if (row.text(0) != request_hash)
        return Error{Errc::key_reused, "the idempotency key was used for a different request"};
    return row.text(1);
}

Result<std::optional<Written>> replayed(Write& write, const WorkspaceId& workspace, const Idempotency& idempotency,
                                        WallTime now) {
    auto answer =
        stored_answer(write.connection(), workspace, idempotency.scope, idempotency.key, idempotency.request_hash, now);
    if (!answer) return answer.error();
    if (!*answer) return std::nullopt;
    Written written;
    written.replay = std::move(**answer);
    auto row = write.query("SELECT campaign FROM idempotency WHERE workspace = ?1 AND scope = ?2 AND key = ?3");
    if (row.with(workspace, idempotency.scope, idempotency.key).next())
        if (auto campaign = find_campaign(write.connection(), workspace, {row.text(0)}))
            written.campaign = std::move(*campaign);
    return written;
}

void store_answer(Write& write, const Campaign& campaign, const Idempotency& idempotency, WallTime now, bool existed) {
    if (idempotency.key.empty()) return;
    store_answer(write, campaign.workspace, campaign.id.value, idempotency, now,
                 idempotency.render ? idempotency.render(campaign, existed) : std::string());
}

void store_answer(Write& write, const WorkspaceId& workspace, const std::string& resource,
                  const Idempotency& idempotency, WallTime now, const std::string& answer) {
    write
        .query(
            "DELETE FROM idempotency WHERE rowid IN "
            "(SELECT rowid FROM idempotency WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 100)")
        .with(now)
        .run();
    // The key's own expired row may not have been among those.
    write
        .query(
            "INSERT OR REPLACE INTO idempotency (workspace, scope, key, request_hash, campaign, answer, expires_at) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .with(workspace, idempotency.scope, idempotency.key, idempotency.request_hash, resource, answer,
              idempotency.expires_at)
        .run();
}

}  // namespace herald::sqlite
