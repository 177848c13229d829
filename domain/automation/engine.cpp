#include "domain/automation/engine.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "domain/automation/dates.hpp"
#include "domain/automation/local_time.hpp"
#include "domain/core/text.hpp"
#include "domain/filter/evaluate.hpp"

namespace herald {
namespace {

using std::chrono::days;

// The moment something happened, unless it came to us long after it or from the future.
WallTime moment_of(const IncomingEvent& event, WallTime now) {
    return event.at <= now && now - event.at <= drift_ignored ? event.at : now;
}

// One call of advance(): the run, and what it leaves in the trace.
class Walk {
 public:
    Walk(const Definition& definition, Run& run, const Scalars& facts, const TimeZones& zones, WallTime now,
         std::vector<TraceEntry>& trace)
        : definition_(definition), run_(run), facts_(facts), zones_(zones), now_(now), trace_(trace) {}

    const Step* next() {
        while (run_.state == RunState::active) {
            if (leaves()) break;
            if (run_.position >= definition_.program.size()) {
                end(RunState::completed, {}, StepOutcome::completed);
                break;
            }
            const Step& step = definition_.program[run_.position];
            if (!is_control(step)) {
                if (!passed_late(step)) return &step;
                continue;
            }
            if (waits(step)) break;
        }
        return nullptr;
    }

 private:
    WallTime at() const { return own_time(run_, now_); }

    void note(const Step& step, StepOutcome outcome, std::string because, std::optional<WallTime> until = {}) {
        trace_.push_back({step.path, step.type, at(), outcome, std::move(because), until, now_});
    }

    void end(RunState state, std::string reason, StepOutcome outcome) {
        trace_.push_back({{}, {}, at(), outcome, reason, {}, now_});
        run_.state = state;
        run_.reason = std::move(reason);
        run_.ended_at = now_;
        run_.awaiting.clear();
    }

    // Looked at before every step.
    bool leaves() {
        if (!run_.leaving.empty()) {
            end(RunState::exited, run_.leaving, StepOutcome::exited);
            return true;
        }
        if (!definition_.exit.filter) return false;
        const auto judgement = judge(*definition_.exit.filter, facts_, now_);
        if (!judgement.matches) return false;
        end(RunState::exited, "the exit criteria match: " + judgement.because, StepOutcome::exited);
        return true;
    }

    // True: the step is not executed, it comes too late.
    bool passed_late(const Step& step) {
        const auto late = now_ - run_.due_at;
        if (run_.tries > 0 || definition_.late.policy == LatePolicy::carry_on || late <= definition_.late.after)
            return false;
        const auto because = fmt::format("it was due at {}, which is too late", to_rfc3339(run_.due_at));
        if (definition_.late.policy == LatePolicy::exit) {
            end(RunState::exited, because, StepOutcome::exited);
            return true;
        }
        note(step, StepOutcome::skipped, because);
        run_.due_at = at();
        go_to(run_.position + 1);
        return true;
    }

    void go_to(std::size_t position) {
        run_.position = position;
        run_.wake_at = run_.due_at;
    }

    // Goes through a step that has no effect. True: the run waits.
    bool waits(const Step& step) {
        if (const auto* jump = std::get_if<JumpStep>(&step.rule)) {
            run_.position = jump->to;
            return false;
        }
        if (const auto* leave = std::get_if<ExitStep>(&step.rule)) {
            note(step, StepOutcome::exited, leave->reason);
            end(RunState::exited, leave->reason.empty() ? "an exit step" : leave->reason, StepOutcome::exited);
            return true;
        }
        if (const auto* branch = std::get_if<BranchStep>(&step.rule)) {
            auto judgement = judge(branch->filter, facts_, now_);
            const bool matches = judgement.matches;
            note(step, matches ? StepOutcome::matched : StepOutcome::not_matched, std::move(judgement.because));
            run_.due_at = at();
            go_to(matches ? run_.position + 1 : branch->otherwise);
            return false;
        }
        if (const auto* delay = std::get_if<DelayStep>(&step.rule)) return delays(step, *delay);
        if (const auto* wait = std::get_if<WaitStep>(&step.rule)) return awaits(step, *wait);
        return false;
    }

    std::optional<WallTime> end_of(const DelayStep& delay) const {
        if (const auto* fixed = std::get_if<FixedDelay>(&delay.until)) return at() + fixed->wait;
        if (const auto* local = std::get_if<LocalTimeDelay>(&delay.until))
            return next_local_time(local->time_zone, local->time_of_day, zones_, at());
        const auto& attribute = std::get<AttributeDelay>(delay.until);
        const auto date = date_in(facts_, attribute.attribute);
        if (!date) return {};
        return *date - days(attribute.days_before);
    }

    bool delays(const Step& step, const DelayStep& delay) {
        const auto until = end_of(delay);
        const auto from = at();
        if (!until || *until <= from) {
            note(step, StepOutcome::skipped, until ? "that moment has passed" : "the contact has no such date");
            run_.due_at = from;
            go_to(run_.position + 1);
            return false;
        }
        note(step, StepOutcome::waiting, {}, until);
        run_.due_at = *until;
        go_to(run_.position + 1);
        return run_.wake_at > now_;
    }

    bool awaits(const Step& step, const WaitStep& wait) {
        if (run_.awaiting.empty()) {
            const auto until = at() + wait.timeout;
            note(step, StepOutcome::waiting, fmt::format("for the event {}", wait.event), until);
            run_.awaiting = wait.event;
            run_.due_at = until;
            run_.wake_at = until;
            return true;
        }
        if (now_ < run_.wake_at) return true;
        note(step, StepOutcome::timed_out, fmt::format("the event {} did not come", wait.event));
        run_.awaiting.clear();
        if (wait.exit_on_timeout) {
            end(RunState::exited, fmt::format("the event {} did not come", wait.event), StepOutcome::exited);
            return true;
        }
        run_.due_at = at();
        go_to(run_.position + 1);
        return false;
    }

    const Definition& definition_;
    Run& run_;
    const Scalars& facts_;
    const TimeZones& zones_;
    WallTime now_;
    std::vector<TraceEntry>& trace_;
};

IncomingEvent of_run(IncomingEvent event, const Run& run, WallTime at) {
    event.id = fmt::format("{}.{}", number_id("run", run.number), run.position);
    event.contact = {ContactRef::Kind::id, run.contact.value};
    event.at = at;
    event.depth = run.depth;
    return event;
}

}  // namespace

Run begin_run(const Definition& definition, const IncomingEvent* event, WallTime now, std::string because,
              std::vector<TraceEntry>& trace) {
    const auto at = event == nullptr ? now : moment_of(*event, now);
    Run run;
    if (event != nullptr) {
        run.event_id = event->id;
        run.event_name = event->name;
        run.event_metadata = event->metadata;
        run.depth = event->depth + 1;
    }
    run.state = RunState::active;
    run.started_at = now;
    run.due_at = at + definition.delay;
    run.wake_at = run.due_at;
    TraceEntry entered{{}, {}, at, StepOutcome::entered, std::move(because), {}, now};
    if (definition.delay > milliseconds(0)) entered.until = run.due_at;
    trace.push_back(std::move(entered));
    return run;
}

WallTime own_time(const Run& run, WallTime now) {
    return run.due_at <= now && now - run.due_at <= drift_ignored ? run.due_at : now;
}

Scalars facts_for(const Run& run, const Contact& contact) {
    auto facts = facts_of(contact);
    if (!run.event_id.empty()) add_event_facts(facts, run.event_name, run.event_metadata);
    return facts;
}

const Step* advance(const Definition& definition, Run& run, const Scalars& facts, const TimeZones& zones, WallTime now,
                    std::vector<TraceEntry>& trace) {
    return Walk(definition, run, facts, zones, now, trace).next();
}

void settled(const Definition& definition, Run& run, StepResult result, WallTime now, std::vector<TraceEntry>& trace) {
    const Step& step = definition.program[run.position];
    const auto at = own_time(run, now);
    run.intended = false;
    TraceEntry entry{step.path,
                     step.type,
                     at,
                     result.outcome,
                     std::move(result.because),
                     {},
                     now,
                     std::move(result.resource_id),
                     std::move(result.request_id)};
    if (result.outcome == StepOutcome::retried) {
        run.wake_at = now + result.again_in;
        ++(result.charged ? run.tries : run.refusals);
        entry.until = run.wake_at;
        // What costs no attempt may repeat for days.
        if (result.charged || run.refusals == 1) trace.push_back(std::move(entry));
        return;
    }
    trace.push_back(std::move(entry));
    run.tries = 0;
    run.refusals = 0;
    run.due_at = at;
    run.wake_at = at;
    if (result.outcome != StepOutcome::skipped) ++run.executed;
    if (result.outcome == StepOutcome::done) ++run.succeeded;
    const bool bad = result.outcome == StepOutcome::failed || result.outcome == StepOutcome::unknown;
    if (bad && step.on_error == OnError::stop) {
        run.state = RunState::failed;
        run.reason = fmt::format("{} {}", step.path, name(result.outcome));
        run.ended_at = now;
        return;
    }
    ++run.position;
}

std::optional<IncomingEvent> emitted_by(const Step& step, const Run& run, WallTime at) {
    IncomingEvent event;
    if (const auto* track = std::get_if<TrackStep>(&step.rule)) {
        event.kind = IncomingEvent::Kind::event;
        event.name = track->event;
        event.metadata = track->metadata;
    } else if (const auto* update = std::get_if<UpdateStep>(&step.rule)) {
        if (update->change.custom_attributes.empty()) return {};
        event.kind = IncomingEvent::Kind::write;
        event.metadata = update->change.custom_attributes;
    } else {
        return {};
    }
    return of_run(std::move(event), run, at);
}

std::optional<IncomingEvent> reported_by(const Definition& definition, const Step& step, const Run& run, WallTime at) {
    if (step.type != StepType::send_in_app_notification) return {};
    IncomingEvent event;
    event.kind = IncomingEvent::Kind::report;
    event.name = "automation_triggered";
    event.track = true;
    event.metadata = {{"workflow_id", run.automation.value},
                      {"workflow_name", std::string(cut(definition.name, 255))},
                      {"trigger_type", std::string(name(definition.trigger.type))},
                      {"action_type", std::string(name(step.type))}};
    return of_run(std::move(event), run, at);
}

bool notice(const Definition& definition, Run& run, const IncomingEvent& event, const Scalars& facts, WallTime now,
            std::vector<TraceEntry>& trace) {
    if (run.state != RunState::active || event.kind != IncomingEvent::Kind::event) return false;
    if (definition.exit.event == event.name && run.leaving.empty()) {
        run.leaving = fmt::format("the event {} came", event.name);
        if (!run.intended) {
            run.due_at = moment_of(event, now);
            run.wake_at = run.due_at;
        }
        return true;
    }
    if (run.awaiting != event.name || run.awaiting.empty() || run.position >= definition.program.size()) return false;
    const Step& step = definition.program[run.position];
    const auto* wait = std::get_if<WaitStep>(&step.rule);
    if (wait == nullptr) return false;
    if (wait->filter && !judge(*wait->filter, facts, now).matches) return false;
    run.due_at = moment_of(event, now);
    run.wake_at = run.due_at;
    run.awaiting.clear();
    ++run.position;
    trace.push_back({step.path,
                     step.type,
                     run.due_at,
                     StepOutcome::arrived,
                     fmt::format("the event {} came", event.name),
                     {},
                     now});
    return true;
}

void leave(Run& run, std::string reason, WallTime now, std::vector<TraceEntry>& trace) {
    trace.push_back({{}, {}, own_time(run, now), StepOutcome::exited, reason, {}, now});
    run.state = RunState::exited;
    run.reason = std::move(reason);
    run.ended_at = now;
    run.awaiting.clear();
}

void cancel(Run& run, WallTime now, std::vector<TraceEntry>& trace) {
    trace.push_back({{}, {}, now, StepOutcome::cancelled, {}, {}, now});
    run.state = RunState::cancelled;
    run.ended_at = now;
    run.awaiting.clear();
}

std::optional<WallTime> next_fire(const Trigger& trigger, const TimeZones& zones, WallTime after) {
    if (const auto* dated = std::get_if<DateTrigger>(&trigger.rule))
        return next_local_time(dated->time_zone, dated->time_of_day, zones, after);
    const auto* timed = std::get_if<TimeTrigger>(&trigger.rule);
    if (timed == nullptr) return {};
    if (const auto* rule = std::get_if<CronRule>(&timed->when)) return next_fire(*rule, timed->time_zone, zones, after);
    const auto once = std::get<WallTime>(timed->when);
    if (once <= after) return {};
    return once;
}

}  // namespace herald
