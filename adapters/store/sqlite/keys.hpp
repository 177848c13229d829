#pragma once
// API keys in the database, as hashes. Written by `herald keys` from another process, also while the service runs.

#include <vector>

#include "adapters/store/sqlite/connection.hpp"
#include "domain/access/stored_key.hpp"
#include "domain/core/result.hpp"
#include "domain/ports/key_store.hpp"

namespace herald::sqlite {

// Whether the database is new enough to hold any.
bool has_keys_table(Connection& connection);

// Grows with every creation and revocation; 0: there has never been a key.
std::int64_t keys_revision(Connection& connection);
StoredKeys load_keys(Connection& connection);
std::vector<StoredKey> list_keys(Connection& connection);  // revoked ones too, by creation

// One transaction each, with the audit entries. Errors: conflict (too many keys), not_found, and stale (revoked
// before).
Result<void> create_key(Connection& connection, const StoredKey& stored);
Result<void> revoke_key(Connection& connection, const KeyId& id, WallTime now);

}  // namespace herald::sqlite
