#pragma once
// The audit entries of a workspace, to be read. They are written by the store itself, in the transaction of each
// change; nobody changes or removes one.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/audit/chain.hpp"
#include "domain/audit/entry.hpp"
#include "domain/core/result.hpp"
#include "domain/core/task.hpp"

namespace herald {

// In the order of time, and of writing within a millisecond. A wall clock that was set back shows as it was.
struct AuditQuery {
    struct Place {
        WallTime at{};
        std::int64_t number{};
    };
    std::optional<std::string> actor;
    std::optional<std::string> action;
    std::optional<std::string> resource;
    std::optional<WallTime> from;  // inclusive
    std::optional<WallTime> to;    // exclusive
    std::size_t limit{50};
    std::optional<Place> after;  // exclusive
    bool ascending{};
};

// Errors of all: store_unavailable.
class AuditLog {
 public:
    virtual ~AuditLog() = default;

    virtual Task<Result<std::vector<AuditEntry>>> list(WorkspaceId workspace, AuditQuery query) = 0;

    // Shows the check the next slice of the workspace's chain, of bounded size. Call it until the check has ended.
    virtual Task<Result<void>> check_some(WorkspaceId workspace, ChainCheck& check) = 0;
    // The digest of the chains, for a check.
    virtual Digest digest() const = 0;
};

}  // namespace herald
