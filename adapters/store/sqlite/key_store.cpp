#include "adapters/store/sqlite/key_store.hpp"

namespace herald::sqlite {

Task<Result<std::optional<StoredKeys>>> SqliteKeyStore::changed_since(std::int64_t revision) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::optional<StoredKeys>> {
        if (keys_revision(connection) == revision) return std::nullopt;
        return load_keys(connection);
    });
}

Result<StoredKeys> SqliteKeyStore::load_now() {
    return database_.write_now([](Write& write) -> Result<StoredKeys> { return load_keys(write.connection()); });
}

}  // namespace herald::sqlite
