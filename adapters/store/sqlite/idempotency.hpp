#pragma once
// Answers kept for requests that may be repeated, in the transaction of their effect.

#include <optional>
#include <string>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/campaign_store.hpp"

namespace herald::sqlite {

// The answer stored under the key and not expired at `now`; nullopt when there is none. Error: key_reused.
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

}  // namespace herald::sqlite
