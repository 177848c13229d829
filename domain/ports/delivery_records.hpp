#pragma once
// One recipient's record with everything that happened to it, and the way to resolve it. Errors of all:
// store_unavailable, and not_found for a delivery that the workspace does not have.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/core/result.hpp"
#include "domain/core/task.hpp"
#include "domain/delivery/resolve.hpp"
#include "domain/ports/caller.hpp"
#include "domain/ports/campaign_store.hpp"

namespace herald {

struct AttemptRecord {
    enum class Outcome : std::uint8_t {
        accepted,
        rejected,
        refused,       // this person may not be mailed
        unknown,       // nobody knows whether Intercom executed it
        not_executed,  // certainly not executed: it was tried again later
    } outcome{};
    WallTime at{};           // when the outcome was known
    std::string reason;      // may be empty, as the others
    std::string detail;      // Intercom's words
    std::string message_id;  // accepted
    std::string request_id;  // Intercom's

    friend bool operator==(const AttemptRecord&, const AttemptRecord&) = default;
};

struct ResolutionRecord {
    Resolution outcome{};
    WallTime at{};
    std::string actor;
    std::string note;  // may be empty

    friend bool operator==(const ResolutionRecord&, const ResolutionRecord&) = default;
};

struct DeliveryDetails {
    DeliveryRecord record;
    std::vector<AttemptRecord> attempts;  // in the order of time, the last `most_attempts_listed`
    std::int64_t attempts_total{};
    std::vector<ResolutionRecord> resolutions;  // in the order of time; retries make several possible

    friend bool operator==(const DeliveryDetails&, const DeliveryDetails&) = default;
};

inline constexpr std::size_t most_attempts_listed = 100;

struct ResolveRequest {
    std::int64_t number{};
    Resolution outcome{};
    std::string note;
    WallTime now{};
};

// As Written: `replay` set means that nothing was executed now.
struct ResolvedDelivery {
    DeliveryDetails details;
    std::optional<std::string> replay;
};

class DeliveryRecords {
 public:
    // What the stored answer of a repeated request is made of. Pure; runs on the store's thread.
    using Render = std::function<std::string(const DeliveryDetails&)>;

    virtual ~DeliveryRecords() = default;

    virtual Task<Result<DeliveryDetails>> get(WorkspaceId workspace, std::int64_t number) = 0;

    // In one transaction with its audit: unknown -> accepted or rejected(resolved), and nothing else. Accepted by
    // resolution has no message id; the event that follows an accepted email follows here too. A campaign whose last
    // loss it was is `completed`. `idempotency.render` is not used. Errors: conflict (says the state and what is
    // allowed), key_reused.
    virtual Task<Result<ResolvedDelivery>> resolve(Caller caller, ResolveRequest request, Idempotency idempotency,
                                                   Render render) = 0;
};

}  // namespace herald
