#pragma once

#include "adapters/store/sqlite/database.hpp"
#include "adapters/store/sqlite/keys.hpp"

namespace herald::sqlite {

class SqliteKeyStore final : public KeyStore {
 public:
    explicit SqliteKeyStore(Database& database) : database_(database) {}

    Task<Result<std::optional<StoredKeys>>> changed_since(std::int64_t revision) override;
    // For the start, before the loop runs: blocks the caller.
    Result<StoredKeys> load_now();

 private:
    Database& database_;
};

}  // namespace herald::sqlite
