#pragma once
// The durable side of the delivery protocol (domain/delivery/state.hpp). The order of calls for one row is
//   claim -> plan -> intend -> (one attempt) -> settle
// A claim is kept in memory, so that a crash before the intent leaves the row as it was; one after it leaves
// `inflight`, which is `unknown` at the next start.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/campaign/campaign.hpp"
#include "domain/core/result.hpp"
#include "domain/core/task.hpp"

namespace herald {

// A row in the sending loop's hands. `claim` fences it: it grows with every claim, and a write with an older one
// matches no row.
struct Claim {
    std::int64_t number{};
    std::int64_t claim{};

    friend bool operator==(const Claim&, const Claim&) = default;
};

struct ClaimedDelivery {
    Claim claim;
    CampaignId campaign;
    ContactRef ref;
    Variables variables;
    std::int64_t attempts{};                     // executed or possibly executed so far
    std::int64_t throttled{};                    // times refused without being charged: 429, credential
    std::int64_t lookups{};                      // times its person had to be looked up again
    std::optional<WallTime> contact_born{};      // when its contact was created, if that was done for this delivery
    std::optional<std::int64_t> max_per_minute;  // of the campaign, when the row was claimed
};

// Rows of each campaign that the sending loop holds already.
using Holdings = std::map<CampaignId, std::size_t>;

// What planning decided for one claimed row: the contact to send to, or a skip, or look again later.
struct PlannedDelivery {
    Claim claim;
    DeliveryEvent event{};  // intend (contact set: stays in hand, ready), skip or defer
    std::optional<ContactId> contact;
    std::string reason;  // for skip, as the next
    std::optional<WallTime> not_before;
    std::string detail{};
    std::optional<WallTime> contact_born{};  // for intend: the contact was created for this delivery
};

// The end of one attempt. `event` is accept, reject, refuse, lose or withdraw.
struct Settlement {
    Claim claim;
    DeliveryEvent event{};
    std::string reason;
    std::string detail;
    std::string message_id;
    std::string request_id;
    std::optional<WallTime> not_before;  // withdraw: not claimed again before this
    bool charge{true};                   // withdraw: whether the attempt counts against the retries
    bool throttled{};                    // withdraw after a 429 or a refusal of the credential
    bool forget_contact{};               // withdraw: resolve the person again; counts as one of `lookups`
    WallTime at{};
    // accept: the event to track for this delivery, stored in the same transaction
    bool track_event{};
};

struct PendingEvent {
    std::int64_t number{};
    CampaignId campaign;
    ContactId contact;
    WallTime at{};
    std::int64_t attempts{};
};

struct EventSettlement {
    std::int64_t number{};
    enum class Outcome : std::uint8_t { tracked, failed, again } outcome{};
    std::optional<WallTime> not_before;
    bool charge{true};
    std::string reason;
};

// What a start found and repaired. Counters that differ from the rows are corrected and reported.
struct Recovery {
    std::int64_t epoch{};
    std::int64_t lost{};           // inflight -> unknown
    std::int64_t lost_messages{};  // the same, of direct messages
    std::int64_t lost_steps{};     // of automations: on the wire; the engine settles them
    std::int64_t corrected_campaigns{};
    std::int64_t corrected_automations{};
    std::int64_t paused_campaigns{};        // crash_loop
    std::vector<WorkspaceId> workspaces{};  // of campaigns and automations that are not over
};

class DeliveryStore {
 public:
    virtual ~DeliveryStore() = default;

    // Up to `limit` due rows (queued or deferred, not_before passed, in nobody's hands) of the workspace's running
    // campaigns, rows with a due time first, then by position. Those who hold the fewest are given first, so that all
    // come to hold equally many; a campaign with a pace comes to hold no more than claimed_ahead() of it. Fewer than
    // `limit`: there are no more to give.
    virtual Task<Result<std::vector<ClaimedDelivery>>> claim(WorkspaceId workspace, std::size_t limit, Holdings held,
                                                             WallTime now) = 0;

    // Applies plans. A second row of a campaign that resolves to a contact which already has a row, or for whom another
    // row in hand is planned, is skipped(duplicate) whatever the plan says. Returns the claims that are ready to be
    // intended.
    virtual Task<Result<std::vector<Claim>>> plan(std::vector<PlannedDelivery> plans, WallTime now) = 0;

    // Group commit. True: durable, the caller may write the first byte. False: the row is not ours any more
    // (paused, cancelled, taken back): drop it. On an error: release it.
    virtual Task<Result<bool>> intend(Claim claim, WallTime now) = 0;

    // Group commit. Exactly once per intent; false when the row was not in flight under this claim.
    virtual Task<Result<bool>> settle(Settlement settlement) = 0;

    // Gives rows back. Those that are no longer held under this claim are left alone.
    virtual Task<Result<void>> release(std::vector<Claim> claims) = 0;

    virtual Task<Result<std::vector<PendingEvent>>> claim_events(WorkspaceId workspace, std::size_t limit,
                                                                 WallTime now) = 0;
    virtual Task<Result<void>> settle_events(std::vector<EventSettlement> settlements) = 0;

    // Whether any running campaign of the workspace has a row that is not terminal, due or not, or an event is still to
    // be tracked.
    virtual Task<Result<bool>> has_work(WorkspaceId workspace) = 0;
};

// Contacts as Intercom last described them: those something was done for by name, those of automations and of audiences
// that Intercom's search fills, and those who were created here, whom a search does not find for minutes.
class ContactMemory {
 public:
    virtual ~ContactMemory() = default;

    struct Remembered {
        ContactRef ref;
        Contact contact;
    };
    // In the order of `refs`; empty where nothing newer than `not_older_than` is known.
    virtual Task<Result<std::vector<std::optional<Contact>>>> recall(WorkspaceId workspace,
                                                                     std::vector<ContactRef> refs,
                                                                     WallTime not_older_than) = 0;
    virtual Task<Result<void>> remember(WorkspaceId workspace, std::vector<Remembered> contacts, WallTime now) = 0;
    virtual Task<Result<void>> forget(WorkspaceId workspace, ContactId contact) = 0;
};

// What the rate limiter must know after a restart. Wall time, because steady time does not survive one.
struct LimiterState {
    double limit_per_window{};
    double share{1.0};  // phi, lowered by 429s
    WallTime next_slot{};
    std::optional<WallTime> blocked_until;

    friend bool operator==(const LimiterState&, const LimiterState&) = default;
};

class LimiterMemory {
 public:
    virtual ~LimiterMemory() = default;
    virtual Task<Result<std::optional<LimiterState>>> load(WorkspaceId workspace) = 0;
    virtual Task<Result<void>> save(WorkspaceId workspace, LimiterState state) = 0;
};

}  // namespace herald
