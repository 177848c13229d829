#include "adapters/store/sqlite/idempotency.hpp"

#include "adapters/store/sqlite/rows.hpp"

namespace herald::sqlite {
namespace {

RequestKey key_of(const Idempotency& idempotency) {
    return {idempotency.scope, idempotency.key, idempotency.request_hash};
}

KeyRecord::State state_of(std::string_view text) {
    if (text == "running") return KeyRecord::State::running;
    return text == "interrupted" ? KeyRecord::State::interrupted : KeyRecord::State::answered;
}

void insert(Write& write, const WorkspaceId& workspace, const RequestKey& key, std::string_view state,
            const std::string& resource, const std::string& answer, WallTime now, WallTime expires_at) {
    write
        .query(
            "DELETE FROM idempotency WHERE rowid IN "
            "(SELECT rowid FROM idempotency WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 100)")
        .with(now)
        .run();
    // The key's own expired row may not have been among those.
    write
        .query(
            "INSERT OR REPLACE INTO idempotency (workspace, scope, key, request_hash, resource, answer, expires_at, "
            "state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        .with(workspace, key.scope, key.key, key.request_hash, resource, answer, expires_at, state)
        .run();
}

}  // namespace

Result<KeyRecord> known_key(Connection& connection, const WorkspaceId& workspace, const RequestKey& key, WallTime now) {
    if (key.key.empty()) return KeyRecord{};
    auto row = connection.query(
        "SELECT request_hash, state, answer, resource FROM idempotency "
        "WHERE workspace = ?1 AND scope = ?2 AND key = ?3 AND expires_at > ?4");
    if (!row.with(workspace, key.scope, key.key, now).next()) return KeyRecord{};
    if (row.text(0) != key.request_hash)
        return Error{Errc::key_reused, "the idempotency key was used for a different request"};
    return KeyRecord{state_of(row.text(1)), row.text(2), row.text(3)};
}

Result<std::optional<std::string>> stored_answer(Connection& connection, const WorkspaceId& workspace,
                                                 const std::string& scope, const std::string& key,
                                                 const std::string& request_hash, WallTime now) {
    auto known = known_key(connection, workspace, {scope, key, request_hash}, now);
    if (!known) return known.error();
    if (known->state != KeyRecord::State::answered) return std::nullopt;
    return std::move(known->answer);
}

Result<std::optional<Written>> replayed(Write& write, const WorkspaceId& workspace, const Idempotency& idempotency,
                                        WallTime now) {
    auto known = known_key(write.connection(), workspace, key_of(idempotency), now);
    if (!known) return known.error();
    if (known->state != KeyRecord::State::answered) return std::nullopt;
    Written written;
    written.replay = std::move(known->answer);
    if (auto campaign = find_campaign(write.connection(), workspace, {known->resource}))
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
    if (idempotency.key.empty()) return;
    insert(write, workspace, key_of(idempotency), "answered", resource, answer, now, idempotency.expires_at);
}

Result<KeyRecord> begin_key(Write& write, const WorkspaceId& workspace, const RequestKey& key,
                            const std::string& resource, WallTime now, WallTime expires_at) {
    auto known = known_key(write.connection(), workspace, key, now);
    if (!known || known->state != KeyRecord::State::unused || key.key.empty()) return known;
    insert(write, workspace, key, "running", resource, {}, now, expires_at);
    return known;
}

void finish_key(Write& write, const WorkspaceId& workspace, const RequestKey& key, const std::string& answer,
                const std::string& resource) {
    if (key.key.empty()) return;
    write
        .query(
            "UPDATE idempotency SET state = 'answered', answer = ?4, resource = ?5 "
            "WHERE workspace = ?1 AND scope = ?2 AND key = ?3 AND state = 'running'")
        .with(workspace, key.scope, key.key, answer, resource)
        .run();
}

void abandon_key(Write& write, const WorkspaceId& workspace, const RequestKey& key) {
    if (key.key.empty()) return;
    write.query("DELETE FROM idempotency WHERE workspace = ?1 AND scope = ?2 AND key = ?3 AND state = 'running'")
        .with(workspace, key.scope, key.key)
        .run();
}

void interrupt_keys(Write& write) {
    write.query("UPDATE idempotency SET state = 'interrupted' WHERE state = 'running'").run();
}

}  // namespace herald::sqlite
