#pragma once
// Who changed what, and when: one entry for every change that people or the machine make, written in the transaction
// of the change. Entries are facts for the business, not a log: they never hold a body, a token or an address of a
// contact.

#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include "domain/core/id.hpp"
#include "domain/core/time.hpp"

namespace herald {

using AuditValue = std::variant<std::string, std::int64_t, bool>;
using AuditDetails = std::map<std::string, AuditValue>;

// What a change says about itself.
struct AuditRecord {
    std::string action;    // "campaign_paused"
    std::string resource;  // kind and id: "campaign:cmp_…"
    AuditDetails details;  // small and flat: state_before, state_after, reason, recipient_count, …
};

// The record as it stands in the chain of its workspace (domain/audit/chain.hpp).
struct AuditEntry {
    std::int64_t number{};  // unique in the store; its public form is number_id("aud", number)
    WorkspaceId workspace;
    std::int64_t position{};  // in the chain, from 1, without gaps
    WallTime at{};
    std::string actor;       // as in Caller
    std::string request_id;  // empty for the machine's own changes
    AuditRecord record;
    std::string hash;

    std::string id() const { return number_id("aud", number); }
};

}  // namespace herald
