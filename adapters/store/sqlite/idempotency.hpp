#pragma once
// Answers kept for requests that may be repeated: in the transaction of their effect where the effect is ours, else
// the key before and the answer after it.

#include <optional>
#include <string>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/campaign_store.hpp"
#include "domain/ports/request_log.hpp"

namespace herald::sqlite {

// What is known under the key and not expired at `now`. Error: key_reused.
Result<KeyRecord> known_key(Connection& connection, const WorkspaceId& workspace, const RequestKey& key, WallTime now);

// The answer stored under the key; nullopt when there is none. Error: key_reused.
Result<std::optional<std::string>> stored_answer(Connection& connection, const WorkspaceId& workspace,
                                                 const std::string& scope, const std::string& key,
                                                 const std::string& request_hash, WallTime now);

// What a repeated request is answered with, and the campaign as it is today; nullopt: execute it.
Result<std::optional<Written>> replayed(Write& write, const WorkspaceId& workspace, const Idempotency& idempotency,
                                        WallTime now);

// Stores the answer, if a key was sent, and deletes some that have expired.
void store_answer(Write& write, const Campaign& campaign, const Idempotency& idempotency, WallTime now,
                  bool existed = false);
// The same, for an answer that is about something else. Needs a key.
void store_answer(Write& write, const WorkspaceId& workspace, const std::string& resource,
                  const Idempotency& idempotency, WallTime now, const std::string& answer);

// As RequestLog::begin, finish and abandon. Nothing happens without a key.
Result<KeyRecord> begin_key(Write& write, const WorkspaceId& workspace, const RequestKey& key,
                            const std::string& resource, WallTime now, WallTime expires_at);
void finish_key(Write& write, const WorkspaceId& workspace, const RequestKey& key, const std::string& answer,
                const std::string& resource);
void abandon_key(Write& write, const WorkspaceId& workspace, const RequestKey& key);

// At a start: what ran in the last process did not end there.
void interrupt_keys(Write& write);

}  // namespace herald::sqlite
