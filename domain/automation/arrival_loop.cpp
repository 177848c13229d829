#include "domain/automation/arrival_loop.hpp"

#include <algorithm>
#include <utility>

#include "domain/filter/evaluate.hpp"

namespace herald {
namespace {

Arrival arrival_of(PendingArrival pending, std::optional<Contact> contact) {
    Arrival out{pending.number, std::move(pending.event), std::move(contact), {}};
    if (out.contact) out.facts = facts_of(*out.contact);
    add_event_facts(out.facts, out.event.name, out.event.metadata);
    return out;
}

}  // namespace

ArrivalLoop::ArrivalLoop(boost::asio::any_io_executor loop, ArrivalPorts ports, WorkspaceId workspace,
                         ArrivalOptions options, ArrivalEvents events, std::function<void(std::exception_ptr)> on_bug)
    : ports_(ports),
      workspace_(std::move(workspace)),
      options_(options),
      events_(std::move(events)),
      lookups_(std::move(loop), ports.clock, std::move(on_bug)),
      wake_(ports.clock.make_alarm()) {}

void ArrivalLoop::stop() {
    stopping_ = true;
    wake_->ring();
}

Task<bool> ArrivalLoop::drain(SteadyTime deadline) {
    co_return co_await lookups_.join(deadline);
}

Task<void> ArrivalLoop::run() {
    while (!stopping_) {
        bool more = true;
        for (std::size_t i = 0; i < options_.batches && more && !stopping_; ++i) more = co_await next_batch();
        if (!more) behind_ = 0;
        if (!stopping_) co_await wake_->wait_until(more ? ports_.clock.now() : ports_.clock.now() + options_.poll);
    }
}

Task<bool> ArrivalLoop::next_batch() {
    auto pending = co_await ports_.store.arrivals(workspace_, behind_, options_.batch);
    if (!pending) {
        events_.trouble("arrivals", pending.error());
        co_return false;
    }
    if (pending->empty()) co_return false;
    const bool more = pending->size() == options_.batch;
    behind_ = pending->back().number;
    auto ready = co_await sort_out(*std::move(pending));
    const bool arrived = co_await arrive(std::move(ready));
    co_return more&& arrived;
}

bool ArrivalLoop::may_look_up(const ContactRef& ref) const {
    const auto status = ports_.gate.status();
    const bool closed = status.waiting == WaitReason::circuit_open || status.waiting == WaitReason::credential;
    if ((closed && !status.trial) || held_.size() >= options_.held) return false;
    const auto known = resting_.find(ref);
    if (known == resting_.end()) return resting_.size() < options_.resting;
    return ports_.clock.now() >= known->second.until;
}

// Those about people who are known; the others wait for their look-up.
Task<std::vector<Arrival>> ArrivalLoop::sort_out(std::vector<PendingArrival> pending) {
    std::erase_if(pending, [&](const PendingArrival& each) { return held_.contains(each.number); });
    std::vector<ContactRef> refs;
    refs.reserve(pending.size());
    for (const auto& each : pending) refs.push_back(normalized(each.event.contact));
    auto known = co_await ports_.memory.recall(workspace_, refs, ports_.clock.wall_now() - options_.fresh);
    std::vector<Arrival> ready;
    std::vector<ContactRef> strangers;
    for (std::size_t i = 0; i < pending.size(); ++i) {
        const bool looked_for = waiting_.contains(refs[i]);
        if (!looked_for && known && (*known)[i]) {
            resting_.erase(refs[i]);
            ready.push_back(arrival_of(std::move(pending[i]), std::move((*known)[i])));
            continue;
        }
        if (!looked_for && !may_look_up(refs[i])) continue;
        if (!looked_for) strangers.push_back(refs[i]);
        held_.insert(pending[i].number);
        waiting_[refs[i]].push_back(std::move(pending[i]));
    }
    look_up_waiting(std::move(strangers));
    co_return ready;
}

void ArrivalLoop::look_up_waiting(std::vector<ContactRef> refs) {
    for (std::size_t from = 0; from < refs.size(); from += options_.lookup_batch) {
        const auto to = std::min(from + options_.lookup_batch, refs.size());
        lookups_.spawn(look_up(
            {refs.begin() + static_cast<std::ptrdiff_t>(from), refs.begin() + static_cast<std::ptrdiff_t>(to)}));
    }
}

Task<void> ArrivalLoop::look_up(std::vector<ContactRef> refs) {
    const auto deadline = Deadline::after(ports_.clock.now(), options_.lookup_deadline);
    auto lookups = co_await ports_.directory.find(refs, deadline);
    if (lookups)
        co_await found(std::move(refs), *std::move(lookups));
    else
        failed(std::move(refs), lookups.error());
    wake_->ring();
}

Task<void> ArrivalLoop::found(std::vector<ContactRef> refs, std::vector<Lookup> lookups) {
    std::vector<ContactMemory::Remembered> learned;
    std::vector<Arrival> arrivals;
    for (std::size_t i = 0; i < refs.size(); ++i) {
        const auto& contact = lookups[i].contact;
        const auto known = resting_.find(refs[i]);
        const bool long_ago =
            known != resting_.end() && ports_.clock.now() - known->second.since >= options_.visibility_grace;
        if (lookups[i].why_not == SkipReason::not_found && !long_ago) {
            put_to_rest(refs[i], options_.rest);
            release(refs[i]);
            continue;
        }
        resting_.erase(refs[i]);
        if (contact) {
            for (auto& ref : names_of(*contact)) learned.push_back({normalized(std::move(ref)), *contact});
            learned.push_back({refs[i], *contact});
        }
        for (auto& each : release(refs[i])) arrivals.push_back(arrival_of(std::move(each), contact));
    }
    if (!learned.empty()) {
        // What cannot be remembered is looked up again.
        const auto ignored = co_await ports_.memory.remember(workspace_, std::move(learned), ports_.clock.wall_now());
    }
    std::ranges::sort(arrivals, {}, &Arrival::number);
    co_await arrive(std::move(arrivals));
}

// What Intercom refuses for good may be about one of them only: each is asked alone, and then it is about nobody.
void ArrivalLoop::failed(std::vector<ContactRef> refs, const Error& error) {
    events_.trouble("look up", error);
    const bool refused = error.code == Errc::content_rejected || error.code == Errc::contact_conflict;
    if (refused && refs.size() > 1) {
        for (auto& ref : refs) lookups_.spawn(look_up({std::move(ref)}));
        return;
    }
    if (refused) {
        std::vector<Lookup> nobody{{{}, SkipReason::lookup_failed}};
        lookups_.spawn(found(std::move(refs), std::move(nobody)));
        return;
    }
    for (const auto& ref : refs) {
        put_to_rest(ref, std::max(error.retry_after.value_or(options_.rest), options_.rest));
        release(ref);
    }
}

void ArrivalLoop::put_to_rest(const ContactRef& ref, milliseconds rest) {
    const auto now = ports_.clock.now();
    resting_.try_emplace(ref, Rest{now, now}).first->second.until = now + rest;
}

// In one transaction. False: it failed, and they are read again.
Task<bool> ArrivalLoop::arrive(std::vector<Arrival> arrivals) {
    if (arrivals.empty()) co_return true;
    if (stopping_) co_return false;
    auto registry = co_await ports_.registry.fresh();
    if (!registry) {
        events_.trouble("definitions", registry.error());
        co_return false;
    }
    for (const auto& arrival : arrivals)
        if (arrival.event.depth > deepest_event) events_.too_deep(arrival.event);
    const auto arrived =
        co_await ports_.store.arrive(workspace_, std::move(arrivals), *std::move(registry), ports_.clock.wall_now());
    if (arrived)
        events_.arrived(*arrived);
    else
        events_.trouble("arrive", arrived.error());
    co_return arrived.has_value();
}

std::vector<PendingArrival> ArrivalLoop::release(const ContactRef& ref) {
    auto group = waiting_.extract(ref);
    for (const auto& each : group.mapped()) held_.erase(each.number);
    return std::move(group.mapped());
}

}  // namespace herald
