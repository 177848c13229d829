#include "domain/automation/step_runner.hpp"

#include <algorithm>
#include <utility>

#include "domain/filter/evaluate.hpp"

namespace herald {

struct StepRunner::At {
    Run run;
    std::shared_ptr<const Definition> definition{};
    std::vector<TraceEntry> trace{};
    std::optional<IncomingEvent> emitted{};
    std::optional<Contact> contact{};  // as it was found
    std::int64_t looked_at{};          // events up to this one do not end the wait that begins
    bool store_failed{};
};

namespace {

constexpr milliseconds shortest_rest{1'000};
constexpr milliseconds longest_rest{60'000};

// When the wait began that the last entry tells of; none: it tells of another thing.
std::optional<WallTime> wait_began(const Run& run, const std::vector<TraceEntry>& trace) {
    if (run.awaiting.empty() || trace.empty() || trace.back().step != StepType::wait_for) return {};
    if (trace.back().outcome != StepOutcome::waiting) return {};
    return trace.back().at;
}

// Whom a step calls that is not Intercom; empty: nobody.
std::string url_of(const Step& step) {
    if (const auto* webhook = std::get_if<WebhookStep>(&step.rule)) return webhook->url;
    if (const auto* slack = std::get_if<SlackStep>(&step.rule)) return slack->url;
    return {};
}

}  // namespace

StepRunner::StepRunner(boost::asio::any_io_executor loop, StepRunnerPorts ports, StepEffects effects,
                       WorkspaceId workspace, StepRunnerOptions options, StepEvents events,
                       std::function<void(std::exception_ptr)> on_bug)
    : ports_(ports),
      effects_(std::move(effects)),
      workspace_(std::move(workspace)),
      options_(options),
      events_(std::move(events)),
      steps_(std::move(loop), ports.clock, std::move(on_bug)),
      wake_(ports.clock.make_alarm()),
      outside_(ports.clock, options.outside) {}

// The intent of a step whose call has its slot. A step may take several calls, and each waits for one of its own: a
// deactivation meanwhile is seen at every one of them.
class StepRunner::Intends final : public Departure {
 public:
    Intends(StepRunner& runner, At& at) : runner_(runner), at_(at) {}

    Task<bool> may_leave() override {
        if (refused_) co_return false;
        refused_ = runner_.stopping_ || !co_await runner_.intend(at_);
        left_ |= !refused_;
        co_return !refused_;
    }
    bool refused() const { return refused_; }
    bool left() const { return left_; }

 private:
    StepRunner& runner_;
    At& at_;
    bool refused_{};
    bool left_{};
};

void StepRunner::stop() {
    stopping_ = true;
    outside_.stop();
    wake_->ring();
}

Task<bool> StepRunner::drain(SteadyTime deadline) {
    co_return co_await steps_.join(deadline);
}

Task<void> StepRunner::run() {
    while (!stopping_) {
        const auto again = co_await claim();
        if (!stopping_) co_await wake_->wait_until(again);
    }
}

// Begins with what is due; returns when to look again.
Task<SteadyTime> StepRunner::claim() {
    const auto poll = ports_.clock.now() + options_.poll;
    const auto status = ports_.gate.status();
    const bool closed = status.waiting == WaitReason::circuit_open || status.waiting == WaitReason::credential;
    const auto busy = held_.size() - std::min(held_.size(), outside_.waiting());
    if ((closed && !status.trial) || busy >= options_.held) co_return poll;
    const auto limit = status.trial ? 1 : std::min(options_.batch, options_.held - busy);
    const auto now = ports_.clock.wall_now();
    const std::vector<std::int64_t> held(held_.begin(), held_.end());
    auto due = co_await ports_.store.due(workspace_, now, limit, held);
    if (!due) {
        events_.trouble("due", due.error());
        co_return poll;
    }
    if (stopping_) co_return poll;
    const bool full = due->runs.size() == limit && !status.trial;
    for (auto& run : due->runs) {
        events_.picked_up(std::max(milliseconds(0), now - run.wake_at));
        held_.insert(run.number);
        steps_.spawn(take(std::move(run)));
    }
    if (full) co_return ports_.clock.now();
    if (!due->next) co_return poll;
    co_return std::min(poll, ports_.clock.now() + std::max(milliseconds(0), *due->next - now));
}

Task<void> StepRunner::take(Run run) {
    const auto number = run.number;
    At at{std::move(run)};
    at.definition = co_await definition_of(at.run);
    if (at.definition) {
        co_await execute(at);
    } else {
        at.run.wake_at = ports_.clock.wall_now() + options_.unreadable_rest;
        co_await write(at, false);
    }
    // Its place is taken meanwhile, so that a store that fails is not asked again at once.
    if (at.store_failed && !stopping_) co_await ports_.clock.sleep_for(options_.poll);
    held_.erase(number);
    wake_->ring();  // for its next step, or for somebody who had no place
}

// A run that began a moment ago may be of a version that became the current one since the registry was built.
Task<std::shared_ptr<const Definition>> StepRunner::definition_of(const Run& run) {
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto registry = co_await ports_.registry.fresh();
        if (registry)
            if (const auto found = (*registry)->versions.find({run.automation, run.version});
                found != (*registry)->versions.end())
                co_return found->second;
        ports_.registry.changed();
    }
    co_return nullptr;
}

Task<void> StepRunner::execute(At& at) {
    auto& run = at.run;
    const auto& definition = *at.definition;
    const Step* step = nullptr;
    if (run.intended) {
        step = &definition.program[run.position];
        if (!is_repeatable(*step))
            co_return co_await finish(at, *step,
                                      {StepOutcome::unknown, "the service ended while this step was executed"});
    }
    ContactRef who{ContactRef::Kind::id, run.contact.value};
    auto contact =
        co_await ports_.desk.whom(std::move(who), Deadline::after(ports_.clock.now(), options_.call_deadline));
    if (!contact) co_return co_await without_contact(at, contact.error());
    run.contact = contact->id;  // who was merged lives on under another id
    at.contact = *contact;
    if (step == nullptr) {
        const auto facts = facts_for(run, *contact);
        step = advance(definition, run, facts, ports_.zones, ports_.clock.wall_now(), at.trace);
    }
    if (step != nullptr) co_return co_await perform(at, *step, *std::move(contact));
    co_await write(at, true);
}

// Nothing was begun: the run waits without a trace of it, or ends because nobody can say who the person is.
Task<void> StepRunner::without_contact(At& at, Error error) {
    const auto now = ports_.clock.wall_now();
    const auto result = result_of(error, at.run, {.repeatable = true, .waits = usual_waits}, now, 0);
    const bool about_the_person = error.code == Errc::contact_not_found || error.code == Errc::content_rejected ||
                                  error.code == Errc::contact_conflict;
    if (result.outcome == StepOutcome::retried || !about_the_person)
        co_return co_await later(at, std::max(result.again_in, shortest_rest));
    leave(at.run,
          error.code == Errc::contact_not_found ? "Intercom does not know the contact any more"
                                                : "Intercom gives no usable answer about the contact",
          now, at.trace);
    co_await write(at, false);
}

// Longer each time.
Task<void> StepRunner::later(At& at, milliseconds rest) {
    for (std::int64_t i = 0; i < at.run.refusals && rest < longest_rest; ++i) rest *= 2;
    at.run.wake_at = ports_.clock.wall_now() + std::min(rest, longest_rest);
    ++at.run.refusals;
    co_await write(at, false);
}

Task<void> StepRunner::perform(At& at, const Step& step, Contact contact) {
    const auto deadline = Deadline::after(ports_.clock.now(), options_.call_deadline);
    if (auto reason = not_for(step, contact)) {
        // What was remembered refuses nobody: somebody may have subscribed again.
        ContactRef who{ContactRef::Kind::id, contact.id.value};
        auto again = co_await ports_.desk.reachable(std::move(who), std::get<MessageStep>(step.rule).channel, deadline);
        const bool still =
            !again && (again.error().code == Errc::unsubscribed || again.error().code == Errc::contact_suppressed);
        if (still) co_return co_await finish(at, step, {StepOutcome::skipped, *std::move(reason)}, &contact);
        if (!again) co_return co_await without_contact(at, again.error());
        contact = *std::move(again);
    }
    auto text = text_of(step, texts_of(*at.definition, at.run, contact));
    if (!text) co_return co_await finish(at, step, {StepOutcome::failed, text.error().detail}, &contact);
    if (auto url = url_of(step); !url.empty()) {
        const auto place = co_await outside_.take(std::move(url));
        if (!place) co_return co_await later(at, shortest_rest);
        if (stopping_ || (!at.run.intended && !co_await intend(at))) co_return;
        co_return co_await call(at, step, contact, *std::move(text));
    }
    if (StepEffects::needs_ticket(step)) co_return co_await send(at, step, contact, *std::move(text));
    co_await call(at, step, contact, *std::move(text));
}

Task<void> StepRunner::send(At& at, const Step& step, const Contact& contact, StepText text) {
    auto ticket =
        co_await ports_.gate.enter(Lane::automation, Deadline::after(ports_.clock.now(), options_.call_deadline));
    if (!ticket) co_return co_await refused(at, step, ticket.error());
    if (stopping_) co_return;
    const auto intended = ports_.clock.now();
    if (!co_await intend(at)) co_return;
    if (auto late = co_await renew_slot(ticket->slot(), intended)) co_return co_await refused(at, step, *late);
    ticket->attempt_starts();
    auto receipt = co_await effects_.execute(at.run, step, contact, std::move(text), Deadline{});
    ticket->settle(receipt ? Verdict::success : judge(receipt.error()));
    co_await ended(at, step, contact, std::move(receipt));
}

Task<void> StepRunner::call(At& at, const Step& step, const Contact& contact, StepText text) {
    const bool resumed = at.run.intended;
    Intends intends(*this, at);
    auto deadline = Deadline::after(ports_.clock.now(), options_.call_deadline);
    deadline.departure = &intends;
    auto receipt = co_await effects_.execute(at.run, step, contact, std::move(text), deadline);
    if (intends.refused() && (intends.left() || resumed)) {  // a call that left before may be repeated
        at.run.intended = false;
        co_await write(at, false);
    }
    if (intends.refused()) co_return;
    co_await ended(at, step, contact, std::move(receipt));
}

Task<void> StepRunner::ended(At& at, const Step& step, const Contact& contact, Result<EffectReceipt> receipt) {
    auto& run = at.run;
    if (!receipt && receipt.error().code == Errc::contact_merged && !receipt.error().canonical_id.empty())
        run.contact = {receipt.error().canonical_id};
    if (!receipt) co_return co_await finish(at, step, judged(step, run, receipt.error()), &contact);

    const auto when = own_time(run, ports_.clock.wall_now());
    at.emitted = emitted_by(step, run, when);
    if (!at.emitted) at.emitted = reported_by(*at.definition, step, run, when);
    co_await finish(at, step, {StepOutcome::done, {}, receipt->resource_id, receipt->request_id}, &contact);
}

Task<bool> StepRunner::intend(At& at) {
    at.run.intended = true;
    co_return co_await write(at, true);
}

// As the campaigns' sending loop: the slot is a moment, and an intent that took too long needs another one.
Task<std::optional<Error>> StepRunner::renew_slot(SteadyTime slot, SteadyTime intended) {
    const bool on_time = ports_.clock.now() - slot <= options_.late_slot;
    if (on_time && ports_.gate.status().waiting != WaitReason::rate_limit) co_return std::nullopt;
    const auto renewed = co_await ports_.gate.slot(Lane::automation, Deadline{intended + options_.intent_valid});
    if (renewed) co_return std::nullopt;
    co_return Error{Errc::deadline_exceeded, "the intent waited too long for the wire"};
}

StepResult StepRunner::judged(const Step& step, const Run& run, const Error& error) {
    const bool outside = !url_of(step).empty();
    const StepRetries retries{.repeatable = is_repeatable(step),
                              .throttling_counts = outside,
                              .waits = outside ? webhook_waits : usual_waits,
                              .jitter = outside ? 0.2 : 0.25};
    return result_of(error, run, retries, ports_.clock.wall_now(), ports_.random.fraction());
}

Task<void> StepRunner::refused(At& at, const Step& step, const Error& error) {
    co_await finish(at, step, judged(step, at.run, error));
}

// What comes next without an effect happens in the same write: a wait that has to begin does not miss its event. Not
// where the step has changed what is known of the contact, or may have.
Task<void> StepRunner::finish(At& at, const Step& step, StepResult result, const Contact* contact) {
    const auto outcome = result.outcome;
    const auto now = ports_.clock.wall_now();
    settled(*at.definition, at.run, std::move(result), now, at.trace);
    const bool changes = std::holds_alternative<UpdateStep>(step.rule);
    if (contact != nullptr && !changes && outcome != StepOutcome::retried)
        advance(*at.definition, at.run, facts_for(at.run, *contact), ports_.zones, now, at.trace);
    const bool emits = at.emitted.has_value();
    const bool written = co_await write(at, false);
    if (!written) co_return;
    events_.ended(step.type, outcome);
    if (emits && on_emitted) on_emitted();
}

// Events that came after the wait should have begun and before it is written: one of them may be what it waits for.
// False: they cannot be read now.
Task<bool> StepRunner::catch_up(At& at, WallTime since) {
    const auto events = co_await ports_.store.awaited(at.run, since, at.looked_at);
    if (!events) {
        events_.trouble("awaited events", events.error());
        co_return false;
    }
    for (const auto& each : *events) {
        at.looked_at = each.number;
        auto facts = at.contact ? facts_of(*at.contact) : Scalars{};
        add_event_facts(facts, each.event.name, each.event.metadata);
        if (notice(*at.definition, at.run, each.event, facts, ports_.clock.wall_now(), at.trace)) break;
    }
    co_return true;
}

// An outcome must not be lost: while the store refuses it, the write is repeated. If the process ends before, the next
// one finds the intent.
Task<bool> StepRunner::write(At& at, bool only_while_active) {
    for (;;) {
        const auto since = wait_began(at.run, at.trace);
        const auto written =
            co_await ports_.store.write({at.run, at.trace, at.emitted, only_while_active, since, at.looked_at});
        if (!written && written.error().code == Errc::stale && since && co_await catch_up(at, *since)) continue;
        if (written) {
            at.trace.clear();
            ++at.run.fence;
            co_return *written;
        }
        events_.trouble("write run", written.error());
        at.store_failed = true;
        if (stopping_ || only_while_active || written.error().code != Errc::store_unavailable) co_return false;
        co_await ports_.clock.sleep_for(options_.poll);
    }
}

}  // namespace herald
