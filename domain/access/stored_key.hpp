#pragma once
// A key as the database keeps it, and what its creation and revocation say about themselves in the audit.

#include <cstddef>
#include <optional>

#include "domain/access/key.hpp"
#include "domain/audit/entry.hpp"
#include "domain/core/time.hpp"

namespace herald {

// Keys that are not revoked.
inline constexpr std::size_t most_stored_keys = 1'000;

struct StoredKey {
    KeyId id;
    ApiKey key;
    WallTime created_at{};
    std::optional<WallTime> revoked_at;
};

// `key_created` and `key_revoked`, in the chain of each workspace that the key is for.
AuditRecord key_created(const StoredKey& stored);
AuditRecord key_revoked(const StoredKey& stored);

}  // namespace herald
