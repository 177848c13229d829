#pragma once
// Campaigns and their deliveries on durable storage. Every function is one transaction, with the audit entry of what
// it changes; when it returns a value, the change survives a power cut. Errors of all: store_unavailable.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/audit/records.hpp"
#include "domain/campaign/campaign.hpp"
#include "domain/campaign/schedule.hpp"
#include "domain/core/result.hpp"
#include "domain/core/task.hpp"
#include "domain/ports/caller.hpp"

namespace herald {

// A write that may be repeated by a caller who got no answer. In one transaction: an answer stored under
// (workspace, scope, key) is returned instead of executing again, a different request_hash is
// Errc::key_reused, and otherwise the effect and the answer that `render` makes of it are stored together.
struct Idempotency {
    std::string scope;         // method and route
    std::string key;           // empty: none was sent
    std::string request_hash;  // of the canonical request
    // Pure; runs on the store's thread. `existed`: see Written.
    std::function<std::string(const Campaign&, bool existed)> render;
    WallTime expires_at{};
};

// What must hold of a campaign at the moment of the write. Pure; runs on the store's thread.
using Precondition = std::function<bool(const Campaign&)>;

// What a write answers with: the campaign and, when the answer was already stored, that answer's bytes.
struct Written {
    Campaign campaign;
    std::optional<std::string> replay;  // set: nothing was executed now, answer exactly this
    bool existed{};                     // create: the client_ref already named this same request
};

struct CampaignQuery {
    std::optional<CampaignState> state;
    std::optional<std::string> client_ref;
    std::size_t limit{50};
    std::optional<CampaignId> after;  // exclusive
    bool ascending{};                 // by id, which is by creation
};

// One recipient's record, for people.
struct DeliveryRecord {
    std::int64_t number{};  // unique in the store; its public form is number_id("dlv", number)
    CampaignId campaign;
    std::int64_t position{};  // in the audience, from 0
    ContactRef ref;
    DeliveryState state{};
    std::string reason;  // skip reason, rejection code or cause of `unknown`; may be empty
    std::string detail;  // Intercom's words, if any
    std::optional<ContactId> contact;
    std::int64_t attempts{};
    std::string message_id;
    std::string request_id;
    std::optional<WallTime> not_before;
    std::optional<WallTime> updated_at;

    friend bool operator==(const DeliveryRecord&, const DeliveryRecord&) = default;
};

struct DeliveryQuery {
    CampaignId campaign;
    std::optional<DeliveryState> state;
    std::optional<std::string> reason;
    std::size_t limit{50};
    std::optional<std::int64_t> after_position;  // exclusive
};

struct ReasonCount {
    DeliveryState state{};
    std::string reason;
    std::int64_t count{};
};

// What one batch did to a draft's audience.
struct Appended {
    std::int64_t added{};
    std::int64_t duplicates{};  // named in the audience before, or earlier in the batch
    std::int64_t audience{};    // its size now

    friend bool operator==(const Appended&, const Appended&) = default;
};

class CampaignStore {
 public:
    virtual ~CampaignStore() = default;

    // Stores the campaign (as draft, running when `launch`, scheduled when it has a `scheduled_at`) with its audience.
    // `body_hash` identifies the request for `client_ref`: the same ref with the same hash answers the existing
    // campaign
    // (`existed`), with another hash Errc::conflict whose detail names it.
    virtual Task<Result<Written>> create(Caller caller, Campaign campaign, std::vector<Recipient> audience, bool launch,
                                         std::string body_hash, Idempotency idempotency) = 0;

    // Launches a draft, or a scheduled campaign, now or for later: see LaunchTerms. Errors: not_found, conflict (says
    // the state and what is allowed, that there is nobody to launch it for, or that it expires before it starts).
    virtual Task<Result<Written>> launch(Caller caller, CampaignId id, LaunchTerms terms, WallTime now,
                                         Idempotency idempotency) = 0;

    // pause, resume or cancel, and the scheduler's start, hold and expire, which are a conflict before their time.
    // Errors: not_found, conflict (says the state and what is allowed).
    // After a pause, cancel or expire no further intent commits. The rows of a large campaign that was cancelled or
    // has expired follow in slices (CampaignUpkeep::sweep).
    virtual Task<Result<Written>> change(Caller caller, CampaignId id, CampaignEvent event, PauseReason reason,
                                         WallTime now, Idempotency idempotency) = 0;

    // Makes a draft say what `edited`, with its id, says: everything that a creation takes but the audience and the
    // client_ref. Errors: not_found, conflict (no draft), stale (`holds` did not).
    virtual Task<Result<Written>> edit(Caller caller, Campaign edited, Precondition holds, WallTime now,
                                       Idempotency idempotency) = 0;
    // Deletes a draft: from now on nobody finds it; its rows follow in slices. Answers with the campaign as it was.
    // Errors: as edit.
    virtual Task<Result<Written>> remove(Caller caller, CampaignId id, Precondition holds, WallTime now,
                                         Idempotency idempotency) = 0;

    // Changes how many messages of a campaign that has not ended go out in a minute at most; nullopt: no pace of its
    // own. Errors: not_found, conflict, stale (the precondition does not hold).
    virtual Task<Result<Written>> pace(Caller caller, CampaignId id, std::optional<std::int64_t> max_per_minute,
                                       Precondition holds, WallTime now, Idempotency idempotency) = 0;

    // Sends again to those whose delivery has ended in one of `states` by now: the campaign runs, and their rows are
    // queued as if never tried, each once; those of a large campaign follow in slices (CampaignUpkeep::sweep), and
    // until the last one it does not complete. A cancel or an expiry leaves the rest as it ended; another retry is for
    // its states as well. Only states that DeliveryEvent::requeue leads from count. Without such a row nothing changes.
    // Errors: not_found, conflict.
    virtual Task<Result<Written>> retry(Caller caller, CampaignId id, std::vector<DeliveryState> states, WallTime now,
                                        Idempotency idempotency) = 0;
    // Adds to the audience of a draft, behind those who are in it, everybody whom the same reference (normalized)
    // does not name there already. Repeating it is safe. Durable, and seen by who reads, with end_upload at the latest.
    // Errors: not_found, conflict (no longer a draft).
    virtual Task<Result<Appended>> append_recipients(Caller caller, CampaignId id, std::string upload,
                                                     std::vector<Recipient> batch) = 0;
    // One audit entry for all batches of the upload, which is named by an id of the caller's choice that nobody else
    // uses, with what it knows of them itself. When the process ends first, the next start writes it. Errors:
    // not_found; store_unavailable also when some of the batches could not be made durable: the entry says so, and the
    // upload has to be repeated.
    virtual Task<Result<void>> end_upload(Caller caller, CampaignId id, std::string upload, UploadSummary summary,
                                          WallTime now) = 0;

    // The answer stored under the key, for a request that needs work before its transaction. nullopt: none.
    // Errors: key_reused.
    virtual Task<Result<std::optional<std::string>>> replay(WorkspaceId workspace, std::string scope, std::string key,
                                                            std::string request_hash, WallTime now) = 0;

    virtual Task<Result<Campaign>> get(WorkspaceId workspace, CampaignId id) = 0;  // not_found
    virtual Task<Result<std::vector<Campaign>>> list(WorkspaceId workspace, CampaignQuery query) = 0;
    virtual Task<Result<std::vector<DeliveryRecord>>> deliveries(WorkspaceId workspace, DeliveryQuery query) = 0;
    // Deliveries by state and reason, for those that have one.
    virtual Task<Result<std::vector<ReasonCount>>> reasons(WorkspaceId workspace, CampaignId id) = 0;
    // Notes that Intercom confirmed the sender (and the admin's id, when the caller gave an email).
    virtual Task<Result<void>> sender_verified(Caller caller, CampaignId id, std::int64_t admin_id, WallTime now) = 0;
    // True when the store answers. For readiness.
    virtual Task<bool> healthy() = 0;
};

}  // namespace herald
