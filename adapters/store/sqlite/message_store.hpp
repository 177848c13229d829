#pragma once
// Direct messages: the intent before the first byte, the outcome after the answer.

#include <cstdint>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/message_store.hpp"

namespace herald::sqlite {

class SqliteMessageStore final : public MessageStore {
 public:
    explicit SqliteMessageStore(Database& database) : database_(database) {}

    Task<Result<KeyRecord>> intend(Caller caller, DirectMessage message, RequestKey key, WallTime expires_at) override;
    Task<Result<void>> settle(Caller caller, DirectMessage message, RequestKey key,
                              std::optional<std::string> answer) override;
    Task<Result<DirectMessage>> find(WorkspaceId workspace, MessageId id) override;

 private:
    Database& database_;
};

// At a start: what was on the wire when the last process ended is unknown. How many there were.
std::int64_t lose_messages(Write& write, WallTime now);

}  // namespace herald::sqlite
