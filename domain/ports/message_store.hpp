#pragma once
// Direct messages on durable storage. Every function is one transaction. Errors of all: store_unavailable.

#include <optional>

#include "domain/message/message.hpp"
#include "domain/ports/request_log.hpp"

namespace herald {

class MessageStore {
 public:
    virtual ~MessageStore() = default;

    // Stores the message as `sending`, and takes the key as RequestLog::begin does; when the key is not unused,
    // nothing is stored. After `unused` the caller may write the first byte. Error: key_reused.
    virtual Task<Result<KeyRecord>> intend(Caller caller, DirectMessage message, RequestKey key,
                                           WallTime expires_at) = 0;

    // The outcome with its audit entry, and the answer to the key; without an answer the key may be used again.
    virtual Task<Result<void>> settle(Caller caller, DirectMessage message, RequestKey key,
                                      std::optional<std::string> answer) = 0;

    // Error: not_found.
    virtual Task<Result<DirectMessage>> find(WorkspaceId workspace, MessageId id) = 0;
};

}  // namespace herald
