#pragma once
// The API keys that `herald keys` writes into the database, also while the service runs.

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/access/key.hpp"
#include "domain/core/result.hpp"
#include "domain/core/task.hpp"

namespace herald {

struct StoredKeys {
    std::int64_t revision{};  // grows with every creation and revocation
    std::vector<ApiKey> live;

    // Once there was a key, calls need one, also when all have been revoked since.
    bool ever() const { return revision > 0; }
};

// Errors: store_unavailable.
class KeyStore {
 public:
    virtual ~KeyStore() = default;

    // The keys, unless they still have the revision.
    virtual Task<Result<std::optional<StoredKeys>>> changed_since(std::int64_t revision) = 0;
};

}  // namespace herald
