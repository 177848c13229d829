#include "domain/campaign/tracker.hpp"

#include <algorithm>
#include <utility>

#include "domain/core/backoff.hpp"
#include "domain/core/text.hpp"

namespace herald {
namespace {

constexpr milliseconds again_soon{1'000};  // after a refusal that costs no attempt

enum class Fate : std::uint8_t { again_charged, again_free, failed };

Fate fate(Errc code) {
    if (!may_pass(code)) return Fate::failed;
    const bool tried = code == Errc::not_executed || code == Errc::outcome_unknown;
    return tried ? Fate::again_charged : Fate::again_free;
}

}  // namespace

EventSettlement settle_event(const PendingEvent& event, const Result<void>& outcome, WallTime now, double chance) {
    using Outcome = EventSettlement::Outcome;
    EventSettlement out;
    out.number = event.number;
    if (outcome) {
        out.outcome = Outcome::tracked;
        return out;
    }
    out.reason = name(outcome.error().code);
    const auto what = fate(outcome.error().code);
    const auto wait = what == Fate::again_charged
                          ? Backoff{}.next_wait(static_cast<int>(event.attempts), chance, outcome.error().retry_after)
                          : std::optional(again_soon);
    if (what == Fate::failed || !wait) {
        out.outcome = Outcome::failed;
        return out;
    }
    out.outcome = Outcome::again;
    out.charge = what == Fate::again_charged;
    out.not_before = now + *wait;
    return out;
}

EventTrackingLoop::EventTrackingLoop(boost::asio::any_io_executor loop, TrackerPorts ports, WorkspaceId workspace,
                                     TrackerOptions options,
                                     std::function<void(std::string_view, const Error&)> trouble,
                                     std::function<void(std::exception_ptr)> on_bug)
    : ports_(ports),
      workspace_(std::move(workspace)),
      options_(options),
      trouble_(std::move(trouble)),
      attempts_(loop, ports.clock, on_bug),
      flushes_(loop, ports.clock, on_bug),
      wake_(ports.clock.make_alarm()) {}

Task<void> EventTrackingLoop::run() {
    while (!stopping_) {
        const auto status = ports_.gate.status();
        const bool closed = status.waiting == WaitReason::circuit_open || status.waiting == WaitReason::credential;
        std::vector<PendingEvent> batch;
        if (!closed || status.trial) {
            const auto limit = status.trial ? 1 : options_.batch;
            auto claimed = co_await ports_.deliveries.claim_events(workspace_, limit, ports_.clock.wall_now());
            if (claimed)
                batch = std::move(*claimed);
            else
                trouble_("claim events", claimed.error());
        }
        if (batch.empty())
            co_await wake_->wait_until(ports_.clock.now() + options_.poll);
        else
            co_await track_batch(std::move(batch));
    }
}

Task<void> EventTrackingLoop::track_batch(std::vector<PendingEvent> batch) {
    for (auto& event : batch) {
        auto metadata = co_await metadata_of(event.campaign);
        if (stopping_) co_return;  // an unfinished event is claimed again after the restart: safe to repeat
        auto ticket = co_await ports_.gate.enter(Lane::background, Deadline{});
        if (stopping_) co_return;
        if (ticket)
            attempts_.spawn(track(std::move(event), std::move(metadata), std::move(*ticket)));
        else
            finish(settle_event(event, ticket.error(), ports_.clock.wall_now(), 0));
    }
}

Task<void> EventTrackingLoop::track(PendingEvent event, Scalars metadata, Ticket ticket) {
    ticket.attempt_starts();
    const auto outcome = co_await ports_.tracker.track(
        {std::string(campaign_received_event), event.at, event.contact, std::move(metadata)}, Deadline{});
    ticket.settle(outcome ? Verdict::success : judge(outcome.error()));
    finish(settle_event(event, outcome, ports_.clock.wall_now(), ports_.random.fraction()));
}

Task<Scalars> EventTrackingLoop::metadata_of(CampaignId campaign) {
    if (!last_campaign_ || last_campaign_->id != campaign) {
        const auto found = co_await ports_.campaigns.get(workspace_, campaign);
        if (!found) co_return Scalars{{"campaign_id", campaign.value}};
        last_campaign_ = Named{campaign,
                               {{"campaign_id", campaign.value},
                                {"campaign_name", std::string(cut(found->name, 255))},
                                {"template_type", found->template_type}}};
    }
    co_return last_campaign_->metadata;
}

// Outcomes are stored together: one transaction while the next one gathers.
void EventTrackingLoop::finish(EventSettlement settlement) {
    finished_.push_back(std::move(settlement));
    if (flushing_) return;
    flushing_ = true;
    flushes_.spawn(flush());
}

Task<void> EventTrackingLoop::flush() {
    while (!finished_.empty()) {
        auto batch = std::exchange(finished_, {});
        const auto stored = co_await ports_.deliveries.settle_events(batch);
        if (stored) continue;
        trouble_("settle events", stored.error());
        finished_.insert(finished_.end(), batch.begin(), batch.end());
        if (stopping_) break;
        co_await ports_.clock.sleep_for(options_.poll);
    }
    flushing_ = false;
}

void EventTrackingLoop::stop() {
    stopping_ = true;
    wake_->ring();
}

Task<bool> EventTrackingLoop::drain(SteadyTime deadline) {
    const bool ended = co_await attempts_.join(deadline);
    co_return co_await flushes_.join(deadline) && ended;
}

}  // namespace herald
