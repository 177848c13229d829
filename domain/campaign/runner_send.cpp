// One send: intend, deliver once, settle. The order is the promise; see the table in runner.hpp.

#include <utility>

#include "domain/campaign/runner.hpp"
#include "domain/delivery/settle.hpp"

namespace herald {

Task<void> CampaignRunner::send(Ready ready, Ticket ticket) {
    if (stopping_) {
        co_await release({ready.delivery.claim});
        co_return;
    }
    const auto& campaign = ready.active->campaign;
    auto content = message_for(ready.delivery.variables, campaign, ready.contact, ready.active->content);
    const auto intended = ports_.clock.now();
    const auto durable = co_await ports_.deliveries.intend(ready.delivery.claim, ports_.clock.wall_now());
    if (!durable) {
        trouble("intend", durable.error());
        co_await release({ready.delivery.claim});
        co_return;
    }
    // Paused, cancelled or taken back meanwhile: the row is not ours, nothing may be sent.
    if (!*durable) co_return;

    if (!content) {  // larger with this person's variables than Intercom takes; no variable is missing here
        co_await settle(ready, Error{Errc::content_rejected, content.error().detail, {}, "message_too_large"});
        co_return;
    }
    if (auto late = co_await renew_slot(ticket.slot(), intended)) {
        co_await settle(ready, *late);
        co_return;
    }
    OutboundMessage message{campaign.channel,   campaign.sender.admin_id.value_or(0), ready.contact.id,
                            ready.contact.role, std::move(content->subject),          std::move(content->body),
                            campaign.style};
    ticket.attempt_starts();
    auto outcome = co_await ports_.messenger.deliver(message, Deadline{});
    ticket.settle(outcome ? Verdict::success : judge(outcome.error()));
    co_await settle(ready, std::move(outcome));
}

// The slot is a moment. When the intent took so long that sending now could crowd the window, wait for another;
// when that takes too long, say so: nothing was written yet.
Task<std::optional<Error>> CampaignRunner::renew_slot(SteadyTime slot, SteadyTime intended) {
    const bool on_time = ports_.clock.now() - slot <= options_.late_slot;
    // A 429 that came meanwhile stops this send too.
    if (on_time && ports_.gate.status().waiting != WaitReason::rate_limit) co_return std::nullopt;
    const auto renewed = co_await ports_.gate.slot(Lane::campaign, Deadline{intended + options_.intent_valid});
    if (renewed) co_return std::nullopt;
    co_return Error{Errc::deadline_exceeded, "the intent waited too long for the wire"};
}

// The outcome must not be lost: while the store refuses it, the permit stays taken and the write is repeated.
// If the process ends before, the row is `unknown` at the next start, which is true.
Task<void> CampaignRunner::settle(const Ready& ready, Result<Receipt> outcome) {
    const auto& campaign = ready.active->campaign;
    SettleRules rules;
    rules.visibility_grace = options_.visibility_grace;
    const auto settlement = settlement_of(ready.delivery, outcome, campaign.channel, campaign.track_event,
                                          ports_.clock.wall_now(), ports_.random.fraction(), rules);
    // Before the row is due again, so that it is not planned with what was just found wrong.
    if (settlement.forget_contact) co_await replace_contact(ready, outcome);
    for (;;) {
        const auto stored = co_await ports_.deliveries.settle(settlement);
        if (stored) break;
        trouble("settle", stored.error());
        co_await ports_.clock.sleep_for(options_.poll);
    }
    const bool content_rejected = !outcome && outcome.error().code == Errc::content_rejected;
    co_await guard_content(*ready.active, settlement, content_rejected);
}

// The contact is gone under this id. Intercom may have named the survivor of a merge, which its search may not
// show for minutes.
Task<void> CampaignRunner::replace_contact(const Ready& ready, const Result<Receipt>& outcome) {
    const auto gone = co_await ports_.memory.forget(workspace_, ready.contact.id);
    if (!gone) trouble("forget contact", gone.error());
    if (outcome || outcome.error().canonical_id.empty()) co_return;
    std::vector<ContactRef> survivor{{ContactRef::Kind::id, outcome.error().canonical_id}};
    auto found = co_await ports_.directory.find(std::move(survivor),
                                                Deadline::after(ports_.clock.now(), options_.lookup_deadline));
    if (!found || !found->front().contact) co_return;
    std::vector<ContactMemory::Remembered> learned{{normalized(ready.delivery.ref), *found->front().contact}};
    const auto kept = co_await ports_.memory.remember(workspace_, std::move(learned), ports_.clock.wall_now());
    if (!kept) trouble("remember", kept.error());
}

Task<void> CampaignRunner::guard_content(Active& active, const Settlement& settlement, bool content_rejected) {
    if (settlement.event != DeliveryEvent::accept && !content_rejected) co_return;
    if (active.rejections.note(content_rejected)) co_await pause_for_content(active.campaign.id);
}

Task<void> CampaignRunner::pause_for_content(CampaignId id) {
    const auto paused = co_await ports_.campaigns.change(machine(workspace_), id, CampaignEvent::pause,
                                                         PauseReason::content_rejected, ports_.clock.wall_now(), {});
    if (!paused) co_return;  // somebody else paused or ended it first
    drop(id);
    if (events_.paused) events_.paused(id, PauseReason::content_rejected);
}

}  // namespace herald
