#pragma once
// On whose behalf a write happens. Recorded with the change.

#include <string>

#include "domain/core/id.hpp"

namespace herald {

struct Caller {
    WorkspaceId workspace;
    // The name of the caller's key; `anonymous` where none is needed; `herald`: the machine; `operator`: `herald keys`.
    std::string actor;
    std::string request_id;  // of the request that asked for it; empty for the machine's own changes
};

inline Caller machine(WorkspaceId workspace) {
    return {std::move(workspace), "herald", {}};
}

}  // namespace herald
