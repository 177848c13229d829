#pragma once
// The sending loop: every running campaign of one workspace, from queued rows to outcomes.
//
// One send, with what a cancel or a crash leaves behind at each wait:
//
//   claim    row held in our name, in memory     crash: as it was
//   plan     contact resolved, or skipped        crash: the same, or skipped
//   gate     slot, permit, breaker (Ticket)      crash: as it was; the slot is lost, the limit is not exceeded
//   intend   durable before the first byte       crash after it: `unknown`, because nobody knows
//   deliver  exactly one attempt                 crash: the same
//   settle   outcome durable, then the permit    crash before: `unknown`; after: the outcome stands
//
// Nothing here sends a row twice: only `withdraw`, with the proof that nothing was executed, leads back.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/campaign/campaign.hpp"
#include "domain/campaign/planning.hpp"
#include "domain/campaign/send_queue.hpp"
#include "domain/core/random.hpp"
#include "domain/core/scope.hpp"
#include "domain/ports/campaign_store.hpp"
#include "domain/ports/contact_creator.hpp"
#include "domain/ports/delivery_store.hpp"
#include "domain/ports/messenger.hpp"
#include "domain/ports/send_gate.hpp"
#include "domain/ports/waiting.hpp"

namespace herald {

struct RunnerOptions {
    std::size_t claim_batch{256};
    std::size_t buffer{512};           // claimed rows in memory, of all campaigns together, at most
    std::size_t small_claim{32};       // the least to claim while those who came last hold less than the others
    std::size_t lookup_batch{50};      // references in one call to the directory
    std::size_t lookups_at_once{6};    // a whole claim in one round
    std::size_t creations_at_once{8};  // in one look-up
    milliseconds poll{1'000};          // the guarantee behind every wake-up hint
    milliseconds late_slot{100};       // a send that starts this long after its slot takes a new one
    milliseconds intent_valid{5'000};  // an intent that has not reached the wire by then is withdrawn
    milliseconds lookup_deadline{60'000};
    milliseconds visibility_grace{120'000};  // after its creation a contact may not be found yet
    PlanRules planning;
};

// Facts for the log; the domain itself writes none.
struct RunnerEvents {
    std::function<void(const CampaignId&, PauseReason)> paused;
    std::function<void(std::string_view where, const Error&)> trouble;
};

struct RunnerPorts {
    CampaignStore& campaigns;
    DeliveryStore& deliveries;
    ContactMemory& memory;
    ContactDirectory& directory;
    ContactCreator& creator;
    AdminDirectory& admins;
    Messenger& messenger;
    SendGate& gate;
    Clock& clock;
    Random& random;
};

class CampaignRunner final : public WaitingSource {
 public:
    CampaignRunner(boost::asio::any_io_executor loop, RunnerPorts ports, WorkspaceId workspace, RunnerOptions options,
                   RunnerEvents events, std::function<void(std::exception_ptr)> on_bug);

    // Until drain(). Spawn it once.
    Task<void> run();

    // A hint that there may be work: after a launch or resume, or when a wait ended early.
    void wake() {
        idle_until_ = {};
        arrived_ = true;
        uneven_ = options_.buffer;
        wake_->ring();
    }

    // The campaign has another pace: from now on, without a restart of its schedule.
    void pace(const CampaignId& campaign, std::optional<std::int64_t> max_per_minute);

    // The campaign was paused or cancelled: its claims were taken back with it, so forget them.
    void drop(const CampaignId& campaign);

    // No new claim or intent from now on.
    void stop();
    // After stop(): waits for what is in flight until the deadline, then gives the claims back.
    // True when nothing is in flight any more.
    Task<bool> drain(SteadyTime deadline);

    Waiting waiting() const override;
    std::size_t inflight() const { return sends_.size(); }

 private:
    using Active = ActiveCampaign;
    using ActivePtr = std::shared_ptr<Active>;
    using Ready = ReadyDelivery;

    struct Unplanned {
        ClaimedDelivery delivery;
        ActivePtr active;
        Answered person{};
        bool postponed{};  // nothing was learnt: back as it was
    };

    // dispatch
    Task<bool> wait_while_closed(GateStatus status);
    std::size_t room(GateStatus status) const;
    Task<void> dispatch_one();
    // claim and plan
    Task<void> refill(std::size_t limit);
    Task<void> plan_all(std::vector<ClaimedDelivery> claimed);
    Task<void> plan_some(std::vector<Unplanned> some);
    Task<ActivePtr> activate(CampaignId id);
    Task<Result<void>> confirm_sender(Active& active);
    Task<void> look_up(std::vector<Unplanned> some);
    Task<void> create_missing(std::vector<Unplanned>& some);
    Task<void> create_person(Unplanned& row);
    // send
    Task<void> send(Ready ready, Ticket ticket);
    Task<std::optional<Error>> renew_slot(SteadyTime slot, SteadyTime intended);
    Task<void> settle(const Ready& ready, Result<Receipt> outcome);
    Task<void> replace_contact(const Ready& ready, const Result<Receipt>& outcome);
    Task<void> guard_content(Active& active, const Settlement& settlement, bool content_rejected);
    Task<void> pause_for_content(CampaignId id);
    // upkeep
    Task<void> release(std::vector<Claim> claims);
    Task<void> release_ready();
    void trouble(std::string_view where, const Error& error);

    boost::asio::any_io_executor loop_;
    RunnerPorts ports_;
    WorkspaceId workspace_;
    RunnerOptions options_;
    RunnerEvents events_;
    Scope sends_;
    Scope refills_;
    std::unique_ptr<Alarm> wake_;
    SendQueue queue_;
    std::map<CampaignId, ActivePtr> active_;
    std::vector<Claim> unreleased_;  // claims the store would not take back yet
    SteadyTime idle_until_{};        // nothing was due when last asked
    SteadyTime store_trouble_until_{};
    bool arrived_{};           // wake() was called since the last claim
    std::size_t uneven_{};     // so many rows more are claimed in small steps: what came last holds fewer
    SteadyTime claimed_at_{};  // the last time
    bool refilling_{};
    bool stopping_{};
};

}  // namespace herald
