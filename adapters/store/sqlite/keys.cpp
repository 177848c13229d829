#include "adapters/store/sqlite/keys.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "adapters/store/sqlite/audit.hpp"

namespace herald::sqlite {
namespace {

constexpr const char* columns =
    "SELECT id, name, hash, scopes, workspaces, requests_per_minute, delivery_policy, created_at, "
    "revoked_at FROM api_keys ";

template <class Add>
void each_word(const std::string& text, Add add) {
    for (const auto part : std::views::split(text, ' ')) add(std::string(part.begin(), part.end()));
}

std::string words(const std::vector<WorkspaceId>& workspaces) {
    std::string out;
    for (const auto& id : workspaces) out += fmt::format("{}{}", out.empty() ? "" : " ", id.value);
    return out;
}

// A hash that is not as we write it becomes one that no key has.
StoredKey to_stored_key(const Query& row) {
    StoredKey out;
    out.id.value = row.text(0);
    out.key.name = row.text(1);
    out.key.hash = key_hash(row.text(2)).value_or(KeyHash{});
    each_word(row.text(3), [&](const std::string& text) {
        if (const auto scope = scope_named(text)) out.key.scopes.add(*scope);
    });
    each_word(row.text(4), [&](std::string text) { out.key.workspaces.push_back({std::move(text)}); });
    out.key.requests_per_minute = row.optional_integer(5);
    out.key.delivery_policy = row.is_null(6) ? std::nullopt : send_policy(row.text(6));
    out.created_at = row.time(7);
    out.revoked_at = row.optional_time(8);
    return out;
}

void audit(Connection& connection, const StoredKey& stored, WallTime now, const AuditRecord& record) {
    for (const auto& workspace : stored.key.workspaces)
        append_audit(connection, {workspace, std::string(command_line), {}}, now, record);
}

}  // namespace

bool has_keys_table(Connection& connection) {
    return connection.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'api_keys'").next();
}

std::int64_t keys_revision(Connection& connection) {
    auto row = connection.query("SELECT count(*) + count(revoked_at) FROM api_keys");
    return row.next() ? row.integer(0) : 0;
}

StoredKeys load_keys(Connection& connection) {
    StoredKeys out{keys_revision(connection), {}};
    auto row = connection.query(fmt::format("{}WHERE revoked_at IS NULL ORDER BY id", columns));
    while (row.next()) out.live.push_back(to_stored_key(row).key);
    return out;
}

std::vector<StoredKey> list_keys(Connection& connection) {
    std::vector<StoredKey> out;
    auto row = connection.query(fmt::format("{}ORDER BY id", columns));
    while (row.next()) out.push_back(to_stored_key(row));
    return out;
}

Result<void> create_key(Connection& connection, const StoredKey& stored) {
    Transaction transaction(connection);
    if (load_keys(connection).live.size() >= most_stored_keys)
        return Error{Errc::conflict, fmt::format("there are {} keys already: revoke some", most_stored_keys)};
    const auto& key = stored.key;
    const auto policy = key.delivery_policy ? std::optional(name(*key.delivery_policy)) : std::nullopt;
    connection
        .query(
            "INSERT INTO api_keys (id, name, hash, scopes, workspaces, requests_per_minute, delivery_policy, "
            "created_at) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        .with(stored.id, key.name, to_hex(key.hash), key.scopes.text(), words(key.workspaces), key.requests_per_minute,
              policy, stored.created_at)
        .run();
    audit(connection, stored, stored.created_at, key_created(stored));
    transaction.commit();
    return {};
}

Result<void> revoke_key(Connection& connection, const KeyId& id, WallTime now) {
    Transaction transaction(connection);
    const auto all = list_keys(connection);
    const auto found = std::ranges::find(all, id, &StoredKey::id);
    if (found == all.end()) return Error{Errc::not_found, fmt::format("there is no key {}", id.value)};
    if (found->revoked_at)
        return Error{Errc::stale,
                     fmt::format("the key {} was revoked at {}", id.value, to_rfc3339(*found->revoked_at))};
    connection.query("UPDATE api_keys SET revoked_at = ?2 WHERE id = ?1").with(id, now).run();
    audit(connection, *found, now, key_revoked(*found));
    transaction.commit();
    return {};
}

}  // namespace herald::sqlite
