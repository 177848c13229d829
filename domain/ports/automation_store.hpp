#pragma once
// Automations and their runs on durable storage. Every function is one transaction, with the audit entry of what it
// changes. Errors of all: store_unavailable.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/automation/registry.hpp"
#include "domain/automation/run.hpp"
#include "domain/core/task.hpp"
#include "domain/ports/caller.hpp"

namespace herald {

// As Idempotency (domain/ports/campaign_store.hpp), for automations.
struct AutomationRequest {
    std::string scope;
    std::string key;  // empty: none was sent
    std::string request_hash;
    std::function<std::string(const Automation&)> render;  // pure; runs on the store's thread
    WallTime expires_at{};
};

struct WrittenAutomation {
    Automation automation;
    std::optional<std::string> replay;  // set: nothing was executed now, answer exactly this
};

struct AutomationQuery {
    std::optional<AutomationState> state;
    std::size_t limit{50};
    std::optional<AutomationId> after;  // exclusive
    bool ascending{};                   // by id, which is by creation
};

struct RunQuery {
    AutomationId automation;
    std::optional<RunState> state;
    std::optional<ContactId> contact;
    std::size_t limit{50};
    std::optional<std::int64_t> after;  // exclusive, by number
    bool ascending{};
};

// What an edit makes of an automation.
struct AutomationEdit {
    std::string name;
    std::string document;
    std::string trigger_type;
    std::int64_t action_count{};
    std::optional<WallTime> next_fire_at;  // for an active one,
    bool keeps_schedule{};                 // unless this says that it fires when it was to fire
};

// What became of an event that is still remembered. Nothing here tells whom it is about.
struct EventRecord {
    enum class Report : std::uint8_t { off, queued, tracked, failed };

    std::string id;
    std::string name;  // empty: only the id is remembered
    WallTime at{};
    WallTime taken_at{};
    Report report{};
    std::string report_reason;  // of failed; of queued, what the last attempt met
    bool pending{};             // its arrival is still to come
    std::string reason;         // why it starts nothing
    std::vector<std::string> runs;
    struct KeptOut {
        AutomationId automation;
        std::string because;
    };
    std::vector<KeptOut> not_entered;
};

// For people and the API. Those that change something answer not_found, and conflict with the state and what is
// allowed.
class AutomationStore {
 public:
    virtual ~AutomationStore() = default;

    // `automation.state` is draft or active. Audit: automation_workflow_created.
    virtual Task<Result<WrittenAutomation>> create(Caller caller, Automation automation, AutomationRequest request) = 0;
    // Makes a new version when the document differs. stale: `revision` is not the automation's any more. Audit:
    // automation_edited.
    virtual Task<Result<WrittenAutomation>> edit(Caller caller, AutomationId id, std::int64_t revision,
                                                 AutomationEdit edited, WallTime now, AutomationRequest request) = 0;
    // Already so: answered as it is, without an audit entry. stale: as edit, for `next_fire_at` follows from what was
    // read. Deactivation keeps its runs where they are, before their next step, and drops a firing that has not ended.
    // Audit: automation_activated, automation_deactivated.
    virtual Task<Result<WrittenAutomation>> activate(Caller caller, AutomationId id, std::int64_t revision,
                                                     std::optional<WallTime> next_fire_at, WallTime now,
                                                     AutomationRequest request) = 0;
    virtual Task<Result<WrittenAutomation>> deactivate(Caller caller, AutomationId id, WallTime now,
                                                       AutomationRequest request) = 0;
    // Not while it is active. Its open runs are cancelled, in the same transaction up to a bound and in slices after
    // it; nobody finds it, its versions or its runs any more. stale: as edit; no revision: any.
    virtual Task<Result<WrittenAutomation>> remove(Caller caller, AutomationId id, std::optional<std::int64_t> revision,
                                                   WallTime now, AutomationRequest request) = 0;
    // Lets the firing that waits for it begin. Audit: automation_confirmed.
    virtual Task<Result<WrittenAutomation>> confirm(Caller caller, AutomationId id, std::int64_t firing, WallTime now,
                                                    AutomationRequest request) = 0;
    // As CampaignStore::replay.
    virtual Task<Result<std::optional<std::string>>> replay(WorkspaceId workspace, std::string scope, std::string key,
                                                            std::string request_hash, WallTime now) = 0;

    virtual Task<Result<Automation>> get(WorkspaceId workspace, AutomationId id) = 0;
    virtual Task<Result<std::vector<Automation>>> list(WorkspaceId workspace, AutomationQuery query) = 0;
    // Newest first, below `before`.
    virtual Task<Result<std::vector<AutomationVersion>>> versions(WorkspaceId workspace, AutomationId id,
                                                                  std::optional<std::int64_t> before,
                                                                  std::size_t limit) = 0;

    virtual Task<Result<std::vector<Run>>> runs(WorkspaceId workspace, RunQuery query) = 0;
    virtual Task<Result<Run>> run(WorkspaceId workspace, std::int64_t number) = 0;
    // Of one run, in order; at most 1,000 entries are kept of it.
    virtual Task<Result<std::vector<TraceEntry>>> trace(WorkspaceId workspace, std::int64_t number) = 0;
    // conflict: it has ended, or a message of it is on its way. Audit: automation_run_cancelled.
    virtual Task<Result<Run>> cancel_run(Caller caller, std::int64_t number, WallTime now) = 0;

    // By its id. not_found: it was never taken, or is not remembered any more.
    virtual Task<Result<EventRecord>> event(WorkspaceId workspace, std::string id) = 0;
};

// What became of an event at the door.
struct Taken {
    std::string id;
    bool duplicate{};  // its id is known: nothing was stored now
};

// An event whose contact is known now, or known not to exist (`contact` empty: it starts nothing).
struct Arrival {
    std::int64_t number{};
    IncomingEvent event;
    std::optional<Contact> contact;
    Scalars facts;  // of the contact and the event
};

struct PendingArrival {
    std::int64_t number{};
    IncomingEvent event;
};

// An event that is to be reported to Intercom.
struct PendingReport {
    std::int64_t number{};
    IncomingEvent event;
    std::int64_t attempts{};
};

struct ReportSettlement {
    std::int64_t number{};
    bool done{};  // otherwise again, not before:
    std::optional<WallTime> not_before;
    std::string reason;  // done, but refused: why
};

struct InUse {
    AutomationId id;
    std::int64_t version{};
    bool active{};  // what new runs begin with
    std::string document;
};

struct DueRuns {
    std::vector<Run> runs;
    std::optional<WallTime> next;  // when the next one is due, if fewer than asked for were found
};

// Everybody on one page of a firing's audience, and how far it is loaded with them.
struct FiringPage {
    Firing firing;
    std::vector<Contact> contacts;
    bool done{};
};

// For the engine.
class RunStore {
 public:
    virtual ~RunStore() = default;

    // Group commit. An event with `matters` waits for its arrival; the others are only remembered by their id, and
    // reported when they are to be tracked. One that is neither and that nobody can send again is not stored at all. In
    // the order of the events.
    virtual Task<Result<std::vector<Taken>>> take(WorkspaceId workspace, std::vector<IncomingEvent> events,
                                                  std::vector<bool> matters, WallTime now) = 0;
    // Whether an event of that id is remembered.
    virtual Task<Result<bool>> known(WorkspaceId workspace, std::string id) = 0;

    virtual Task<Result<std::vector<InUse>>> in_use(WorkspaceId workspace) = 0;

    // Oldest first, `after` a number.
    virtual Task<Result<std::vector<PendingArrival>>> arrivals(WorkspaceId workspace, std::int64_t after,
                                                               std::size_t limit) = 0;
    // In order, each: values and histories change, runs begin (admit, begin_run) and runs under way notice. Returns how
    // many began, how many woke or ended, and how many events were about nobody that is known.
    struct Arrived {
        std::int64_t begun{};
        std::int64_t noticed{};
        std::int64_t unknown{};
    };
    virtual Task<Result<Arrived>> arrive(WorkspaceId workspace, std::vector<Arrival> arrivals,
                                         std::shared_ptr<const Registry> registry, WallTime now) = 0;

    virtual Task<Result<std::vector<PendingReport>>> reports(WorkspaceId workspace, std::size_t limit,
                                                             WallTime now) = 0;
    virtual Task<Result<void>> settle_reports(std::vector<ReportSettlement> settlements) = 0;

    // Runs of active automations whose wake_at has come, the longest due first, without those in `held`. And those of
    // others that are `intended`: the process ended while a step was on the wire, and somebody has to settle it.
    virtual Task<Result<DueRuns>> due(WorkspaceId workspace, WallTime now, std::size_t limit,
                                      std::vector<std::int64_t> held) = 0;
    // Group commit. False: somebody else wrote the run meanwhile (cancelled, woken, erased), or its automation is not
    // active while that is asked for; nothing was written. stale: `awaits_since` is set and awaited() has an answer.
    virtual Task<Result<bool>> write(RunWrite write) = 0;
    // Events of the name in `awaiting` about the run's contact that have arrived already, happened at `since` or later,
    // and came in behind `behind` and behind the event that began the run; oldest first, at most 100.
    virtual Task<Result<std::vector<PendingArrival>>> awaited(Run run, WallTime since, std::int64_t behind) = 0;

    // Automations whose next_fire_at has come: each becomes a firing (counting, or missed when it is more than `grace`
    // late and, for one that goes by dates, its day is over), and `next` says when it fires next. An older one that
    // still waits for confirmation is dropped. Returns how many.
    virtual Task<Result<std::int64_t>> fire_due(WorkspaceId workspace, std::shared_ptr<const Registry> registry,
                                                std::function<std::optional<WallTime>(const Trigger&, WallTime)> next,
                                                milliseconds grace, WallTime now) = 0;
    // The soonest next_fire_at.
    virtual Task<Result<std::optional<WallTime>>> next_fire(WorkspaceId workspace) = 0;
    // Counting or loading, of active automations; oldest first.
    virtual Task<Result<std::vector<Firing>>> open_firings(WorkspaceId workspace, std::size_t limit) = 0;
    // counting -> confirming or loading, or refused; loading -> refused. False: it is not counting (or loading) any
    // more.
    virtual Task<Result<bool>> counted(Firing firing, WallTime now) = 0;
    // Everybody on the page enters who may (admit_at); the firing moves on. False: it is not loading any more.
    virtual Task<Result<std::optional<std::int64_t>>> enter(FiringPage page, std::shared_ptr<const Registry> registry,
                                                            const TimeZones& zones, WallTime now) = 0;

    // Old events, old firings but for the last one of each automation, ended runs of removed automations: up to so many
    // rows. True: there is more.
    virtual Task<Result<bool>> sweep(std::size_t rows, WallTime now) = 0;
    virtual Task<Result<RunCounts>> run_counts(WorkspaceId workspace) = 0;
};

}  // namespace herald
