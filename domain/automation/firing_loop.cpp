#include "domain/automation/firing_loop.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "domain/automation/dates.hpp"

namespace herald {
namespace {

// Whether asking again cannot help: Intercom does not search for it.
bool is_final(const Error& error) {
    return error.code == Errc::content_rejected || error.code == Errc::invalid_argument;
}

std::size_t position_of(const std::optional<std::string>& cursor) {
    std::size_t position = 0;
    if (cursor) std::from_chars(cursor->data(), cursor->data() + cursor->size(), position);
    return position;
}

// The page ends its source: on to the next one, or to the end.
void next_source(FiringPage& page, const TriggerAudience& audience) {
    ++page.firing.source;
    page.firing.cursor.reset();
    page.done = page.firing.source > audience.queries.size();
}

}  // namespace

TriggerAudience audience_of(const Trigger& trigger, WallTime at, const TimeZones& zones) {
    if (const auto* timed = std::get_if<TimeTrigger>(&trigger.rule)) return timed->audience;
    const auto* dated = std::get_if<DateTrigger>(&trigger.rule);
    if (dated == nullptr) return {};
    const auto day = day_of(at, dated->time_zone, zones) + std::chrono::days(dated->days_before);
    return {{}, {around(dated->date_attribute, day)}};
}

FiringLoop::FiringLoop(FiringPorts ports, WorkspaceId workspace, FiringOptions options, FiringEvents events)
    : ports_(ports),
      workspace_(std::move(workspace)),
      options_(options),
      events_(std::move(events)),
      due_(ports.clock.make_alarm()),
      wake_(ports.clock.make_alarm()) {}

void FiringLoop::stop() {
    stopping_ = true;
    wake();
}

// On its own: an audience that takes long to read holds up no other schedule.
Task<void> FiringLoop::fire_when_due() {
    while (!stopping_) {
        const bool fired = co_await fire();
        if (fired) wake_->ring();
        const auto again = fired ? ports_.clock.now() : co_await next_due();
        if (!stopping_) co_await due_->wait_until(again);
    }
}

Task<void> FiringLoop::run() {
    while (!stopping_) {
        const bool more = co_await round();
        if (!stopping_ && !more) co_await wake_->wait_until(ports_.clock.now() + options_.poll);
    }
}

Task<bool> FiringLoop::fire() {
    const auto registry = co_await ports_.registry.fresh();
    if (!registry) {
        events_.trouble("definitions", registry.error());
        co_return false;
    }
    const auto& zones = ports_.zones;
    const auto fired = co_await ports_.store.fire_due(
        workspace_, *registry,
        [&zones](const Trigger& trigger, WallTime after) { return next_fire(trigger, zones, after); }, options_.grace,
        ports_.clock.wall_now());
    if (!fired) events_.trouble("fire", fired.error());
    co_return fired && *fired > 0;
}

Task<bool> FiringLoop::round() {
    const auto status = ports_.gate.status();
    const bool closed = status.waiting == WaitReason::circuit_open || status.waiting == WaitReason::credential;
    if (closed && !status.trial) co_return false;
    const auto firings = co_await ports_.store.open_firings(workspace_, options_.firings);
    if (!firings) {
        events_.trouble("firings", firings.error());
        co_return false;
    }
    bool more = false;
    for (const auto& firing : *firings) {
        if (stopping_) co_return false;
        const auto registry = co_await ports_.registry.fresh();
        if (!registry) co_return false;
        const bool moved = co_await advance(firing, *registry);
        more |= moved;
    }
    co_return more;
}

Task<bool> FiringLoop::advance(Firing firing, const std::shared_ptr<const Registry>& registry) {
    const auto* definition = registry->find(firing.automation, firing.version);
    if (definition == nullptr) {
        co_return co_await refuse(std::move(firing), {Errc::content_rejected, "its definition is not in use any more"});
    }
    const auto audience = audience_of(definition->trigger, firing.at, ports_.zones);
    if (firing.state == FiringState::counting) co_return co_await count(std::move(firing), audience);
    co_return co_await load(std::move(firing), audience, registry);
}

// As far as Intercom says how many there are: a page is asked for, and thrown away.
Task<bool> FiringLoop::count(Firing firing, const TriggerAudience& audience) {
    firing.people = static_cast<std::int64_t>(audience.contacts.size());
    for (const auto& query : audience.queries) {
        const auto page = co_await ports_.audiences.members(
            query, {}, options_.page, Deadline::after(ports_.clock.now(), options_.page_deadline));
        if (!page && is_final(page.error())) {
            co_return co_await refuse(std::move(firing), page.error());
        }
        if (!page) {
            events_.trouble("count", page.error());
            co_return false;
        }
        firing.people += page->total.value_or(static_cast<std::int64_t>(page->contacts.size()));
    }
    firing.state = firing.people > options_.confirm_above ? FiringState::confirming : FiringState::loading;
    const auto counted = co_await ports_.store.counted(firing, ports_.clock.wall_now());
    if (!counted) events_.trouble("counted", counted.error());
    if (counted && *counted && events_.changed) events_.changed(firing);
    co_return counted.has_value();
}

Task<bool> FiringLoop::load(Firing firing, const TriggerAudience& audience,
                            const std::shared_ptr<const Registry>& registry) {
    auto page = co_await next_page(firing, audience);
    if (!page && is_final(page.error())) {
        co_return co_await refuse(std::move(firing), page.error());
    }
    if (!page) {
        events_.trouble("audience", page.error());
        co_return false;
    }
    const auto entered = co_await ports_.store.enter(*std::move(page), registry, ports_.zones, ports_.clock.wall_now());
    if (!entered) {
        events_.trouble("enter", entered.error());
        co_return false;
    }
    if (*entered && **entered > 0) events_.entered(**entered);
    co_return true;
}

Task<Result<FiringPage>> FiringLoop::next_page(Firing firing, const TriggerAudience& audience) {
    if (firing.source == 0) co_return co_await named_page(std::move(firing), audience);
    if (firing.source > audience.queries.size()) co_return FiringPage{std::move(firing), {}, true};
    const auto found =
        co_await ports_.audiences.members(audience.queries[firing.source - 1], firing.cursor, options_.page,
                                          Deadline::after(ports_.clock.now(), options_.page_deadline));
    if (!found) co_return found.error();
    FiringPage page{std::move(firing), found->contacts, false};
    page.firing.cursor = found->next;
    if (!found->next) next_source(page, audience);
    co_return page;
}

Task<Result<FiringPage>> FiringLoop::named_page(Firing firing, const TriggerAudience& audience) {
    const auto& named = audience.contacts;
    const auto from = std::min(position_of(firing.cursor), named.size());
    const auto to = std::min(from + options_.lookup_batch, named.size());
    FiringPage page{std::move(firing), {}, false};
    const auto found = co_await resolve(
        {named.begin() + static_cast<std::ptrdiff_t>(from), named.begin() + static_cast<std::ptrdiff_t>(to)});
    if (!found) co_return found.error();
    for (const auto& contact : *found)
        if (contact) page.contacts.push_back(*contact);
    page.firing.cursor = std::to_string(to);
    if (to == named.size()) next_source(page, audience);
    co_return page;
}

Task<Result<std::vector<std::optional<Contact>>>> FiringLoop::resolve(std::vector<ContactRef> refs) {
    for (auto& ref : refs) ref = normalized(std::move(ref));
    const auto now = ports_.clock.wall_now();
    auto known = co_await ports_.memory.recall(workspace_, refs, now - options_.fresh);
    if (!known) co_return known.error();
    std::vector<ContactRef> strangers;
    for (std::size_t i = 0; i < refs.size(); ++i)
        if (!(*known)[i]) strangers.push_back(refs[i]);
    if (strangers.empty()) co_return *std::move(known);
    const auto found =
        co_await ports_.directory.find(strangers, Deadline::after(ports_.clock.now(), options_.page_deadline));
    if (!found) co_return found.error();
    std::vector<ContactMemory::Remembered> learned;
    std::size_t next = 0;
    for (std::size_t i = 0; i < refs.size(); ++i) {
        if ((*known)[i]) continue;
        (*known)[i] = (*found)[next++].contact;
        if ((*known)[i]) learned.push_back({refs[i], *(*known)[i]});
    }
    const auto ignored = co_await ports_.memory.remember(workspace_, std::move(learned), now);
    co_return *std::move(known);
}

// False: it could not be stored, and is tried again.
Task<bool> FiringLoop::refuse(Firing firing, const Error& error) {
    firing.state = FiringState::refused;
    firing.reason = error.detail;
    const auto refused = co_await ports_.store.counted(firing, ports_.clock.wall_now());
    if (!refused) events_.trouble("refuse", refused.error());
    if (refused && *refused && events_.changed) events_.changed(firing);
    co_return refused.has_value();
}

// What is due already and did not fire is not tried at once again.
Task<SteadyTime> FiringLoop::next_due() {
    const auto now = ports_.clock.wall_now();
    const auto poll = ports_.clock.now() + options_.poll;
    const auto next = co_await ports_.store.next_fire(workspace_);
    if (!next || !*next || **next <= now) co_return poll;
    co_return std::min(poll, ports_.clock.now() + (**next - now));
}

}  // namespace herald
