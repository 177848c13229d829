#pragma once
// Writes whose effect takes place outside of the store and that a caller without an answer may repeat under a key.
// The key is on record before the effect and its answer after it, so that one key never has two effects: not while
// the first request runs, and not after a crash in between. Every function is one transaction.
// Errors of all: store_unavailable.

#include <optional>
#include <string>

#include "domain/audit/entry.hpp"
#include "domain/core/result.hpp"
#include "domain/core/task.hpp"
#include "domain/core/time.hpp"
#include "domain/ports/caller.hpp"

namespace herald {

struct RequestKey {
    std::string scope;         // method and route
    std::string key;           // empty: none was sent, and nothing is recorded
    std::string request_hash;  // of the canonical request
};

// What is known about a key.
struct KeyRecord {
    enum class State : std::uint8_t {
        unused,
        running,      // its request has not ended yet
        interrupted,  // the process ended before its request did: nobody knows the effect
        answered,
    };
    State state{};
    std::string answer;    // of answered
    std::string resource;  // what the request is about, if it has an id here
};

// What a request has led to.
struct Done {
    std::optional<std::string> answer;  // nullopt: certainly nothing was done, and the key may be used again
    std::string resource;               // "contact:…"; empty: nobody knows
    std::optional<AuditRecord> record;
};

class RequestLog {
 public:
    virtual ~RequestLog() = default;

    // Error of both: key_reused, for another request under the same key.
    virtual Task<Result<KeyRecord>> look(WorkspaceId workspace, RequestKey key, WallTime now) = 0;
    // `unused` means that the key now belongs to this request, which must finish it.
    virtual Task<Result<KeyRecord>> begin(Caller caller, RequestKey key, WallTime now, WallTime expires_at) = 0;

    // The answer to the key, and the audit entry of what was done, also without a key.
    virtual Task<Result<void>> finish(Caller caller, RequestKey key, Done done, WallTime now) = 0;
};

}  // namespace herald
