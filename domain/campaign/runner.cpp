// Dispatch and life cycle of the sending loop. Planning: runner_plan.cpp. One send: runner_send.cpp.

#include "domain/campaign/runner.hpp"

#include <algorithm>
#include <utility>

namespace herald {

CampaignRunner::CampaignRunner(boost::asio::any_io_executor loop, RunnerPorts ports, WorkspaceId workspace,
                               RunnerOptions options, RunnerEvents events,
                               std::function<void(std::exception_ptr)> on_bug)
    : loop_(loop),
      ports_(ports),
      workspace_(std::move(workspace)),
      options_(options),
      events_(std::move(events)),
      sends_(loop, ports.clock, on_bug),
      refills_(loop, ports.clock, on_bug),
      wake_(ports.clock.make_alarm()) {}

Task<void> CampaignRunner::run() {
    while (!stopping_) {
        const auto status = ports_.gate.status();
        if (co_await wait_while_closed(status)) continue;

        const auto now = ports_.clock.now();
        const auto wanted = room(status);
        if (wanted > 0 && !refilling_ && now >= idle_until_ && now >= store_trouble_until_) {
            refilling_ = true;
            arrived_ = false;
            claimed_at_ = now;
            refills_.spawn(refill(wanted));
        }
        if (const auto due = queue_.due(now); due > now)
            co_await wake_->wait_until(std::min(due, now + options_.poll));
        else
            co_await dispatch_one();
    }
}

// How many rows to claim now: as many as have become free, when they are worth a transaction. Once a poll whatever has:
// a paced campaign holds two seconds' worth, and who holds the fewest is given first.
std::size_t CampaignRunner::room(GateStatus status) const {
    const auto left = options_.buffer - std::min(options_.buffer, queue_.held());
    const auto now = ports_.clock.now();
    if (status.trial) {
        // A trial needs one piece of work that may go now; more would only be given back if it fails.
        return queue_.planning() == 0 && queue_.due(now) > now ? std::min<std::size_t>(left, 1) : 0;
    }
    const auto enough = now - claimed_at_ >= options_.poll ? 1
                        : uneven_ > 0                      ? options_.small_claim
                                                           : options_.claim_batch;
    return left >= enough ? std::min(left, options_.claim_batch) : 0;
}

// True when the gate is closed: claims were given back and the wait is over; look again.
Task<bool> CampaignRunner::wait_while_closed(GateStatus status) {
    const bool closed = status.waiting == WaitReason::circuit_open || status.waiting == WaitReason::credential;
    if (!closed || status.trial) co_return false;
    co_await release_ready();
    const auto now = ports_.clock.now();
    if (status.until > now) {
        co_await wake_->wait_until(std::min(status.until, now + options_.poll));
        co_return true;
    }
    if (status.waiting == WaitReason::circuit_open) co_return false;
    const auto work = co_await ports_.deliveries.has_work(workspace_);
    if (work && *work)
        co_await ports_.gate.check_credential();
    else
        co_await wake_->wait_until(now + options_.poll);
    co_return true;
}

Task<void> CampaignRunner::dispatch_one() {
    auto ticket = co_await ports_.gate.enter(Lane::campaign, Deadline{});
    if (!ticket) {
        // The gate's status says why and until when; the pause keeps a gate that changed its mind from spinning.
        co_await wake_->wait_until(ports_.clock.now() + milliseconds(100));
        co_return;
    }
    // What was ready may have been given back during the wait; the unused ticket frees itself.
    if (stopping_) co_return;
    auto next = queue_.pop(ports_.clock.now());
    if (next) sends_.spawn(send(std::move(*next), std::move(*ticket)));
}

void CampaignRunner::drop(const CampaignId& campaign) {
    queue_.drop(campaign);
    active_.erase(campaign);
    wake_->ring();
}

void CampaignRunner::pace(const CampaignId& campaign, std::optional<std::int64_t> max_per_minute) {
    const auto surplus = queue_.pace(campaign, max_per_minute);
    unreleased_.insert(unreleased_.end(), surplus.begin(), surplus.end());
    wake();
}

void CampaignRunner::stop() {
    stopping_ = true;
    wake_->ring();
}

Task<bool> CampaignRunner::drain(SteadyTime deadline) {
    const bool planned = co_await refills_.join(deadline);
    const bool sent = co_await sends_.join(deadline);
    co_await release_ready();
    co_return planned&& sent;
}

Waiting CampaignRunner::waiting() const {
    const auto now = ports_.clock.now();
    const auto wall = [&](SteadyTime until) {
        // In whole seconds: the same moment seen twice reads the same.
        const auto left = std::chrono::ceil<milliseconds>(std::max(until - now, SteadyTime::duration{}));
        return WallTime{std::chrono::ceil<seconds>(ports_.clock.wall_now() + left)};
    };
    if (now < store_trouble_until_) return {WaitReason::store, wall(store_trouble_until_)};
    const auto status = ports_.gate.status();
    if (status.waiting == WaitReason::none) return {};
    if (status.until == SteadyTime::max()) return {status.waiting, {}};
    return {status.waiting, wall(status.until)};
}

Task<void> CampaignRunner::release(std::vector<Claim> claims) {
    claims.insert(claims.end(), unreleased_.begin(), unreleased_.end());
    unreleased_.clear();
    if (claims.empty()) co_return;
    const auto released = co_await ports_.deliveries.release(claims);
    if (released) co_return;
    trouble("release", released.error());
    unreleased_.insert(unreleased_.end(), claims.begin(), claims.end());
}

Task<void> CampaignRunner::release_ready() {
    auto claims = queue_.take_all();
    idle_until_ = {};
    co_await release(std::move(claims));
}

void CampaignRunner::trouble(std::string_view where, const Error& error) {
    if (error.code == Errc::store_unavailable) store_trouble_until_ = ports_.clock.now() + options_.poll;
    if (events_.trouble) events_.trouble(where, error);
}

}  // namespace herald
