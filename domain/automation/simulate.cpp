#include "domain/automation/simulate.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "domain/filter/evaluate.hpp"

namespace herald {
namespace {

std::string text_of_value(const Scalar& value) {
    return std::visit(
        [](const auto& held) -> std::string {
            using T = std::remove_cvref_t<decltype(held)>;
            if constexpr (std::same_as<T, std::monostate>)
                return {};
            else if constexpr (std::same_as<T, std::string>)
                return held;
            else
                return fmt::format("{}", held);
        },
        value);
}

void apply(const ContactChange& change, Contact& contact) {
    if (change.external_id) contact.external_id = change.external_id;
    if (change.email) contact.email = change.email;
    const auto set = [&](const char* attribute, const std::optional<std::string>& value) {
        if (value) contact.attributes[attribute] = *value;
    };
    set("external_id", change.external_id);
    set("email", change.email);
    set("name", change.name);
    set("phone", change.phone);
    if (change.unsubscribe_from_emails) contact.unsubscribed_from_emails = true;
    for (const auto& [key, value] : change.custom_attributes) {
        if (std::holds_alternative<std::monostate>(value))
            contact.attributes.erase(key);
        else
            contact.attributes[key] = text_of_value(value);
    }
}

// Everything that is still to come, and the time it stands at.
class Simulator {
 public:
    Simulator(const Definition& definition, SimulationInput input, const TimeZones& zones)
        : definition_(definition),
          zones_(zones),
          contact_(std::move(input.contact)),
          values_(std::move(input.values)),
          until_(input.until),
          now_(input.start) {
        std::multimap<WallTime, IncomingEvent> in_order;
        for (auto& event : input.events) in_order.emplace(event.at, std::move(event));
        for (auto& [at, event] : in_order) queue(std::move(event), input.start);
        next_firing_ = next_fire(definition_.trigger, zones_, input.start);
        if (const auto metric = watched_metric(definition_.trigger); !metric.empty()) metrics_.push_back(metric);
    }

    Simulation run() {
        while (const auto next = next_moment()) {
            if (*next > until_ || full()) {
                out_.cut = true;
                break;
            }
            now_ = std::max(now_, *next);
            step();
        }
        return std::move(out_);
    }

 private:
    void queue(IncomingEvent event, WallTime not_before) {
        const auto at = std::max(event.at, not_before);
        events_.emplace(at, std::move(event));
    }

    bool full() const { return entries_ >= most_simulated_entries || happened_ > 2 * most_simulated_events; }

    std::optional<WallTime> next_moment() const {
        std::optional<WallTime> next = next_firing_;
        const auto consider = [&](WallTime at) { next = next ? std::min(*next, at) : at; };
        if (!events_.empty()) consider(events_.begin()->first);
        for (const auto& each : out_.runs)
            if (each.run.state == RunState::active) consider(each.run.wake_at);
        return next;
    }

    // Everything of one moment: what comes from outside first, then the runs in the order in which they began.
    void step() {
        while (!events_.empty() && events_.begin()->first <= now_) {
            auto event = std::move(events_.begin()->second);
            events_.erase(events_.begin());
            ++happened_;
            arrive(event);
            execute_due();  // a wait that begins now does not miss what comes at the same moment
            if (full()) return;
        }
        if (next_firing_ && *next_firing_ <= now_) {
            ++happened_;
            fire(*next_firing_);
            next_firing_ = next_fire(definition_.trigger, zones_, now_);
        }
        execute_due();
    }

    void execute_due() {
        for (std::size_t i = 0; i < out_.runs.size() && !full(); ++i) execute(out_.runs[i]);
    }

    Scalars facts() const { return facts_of(contact_); }
    Scalars facts(const IncomingEvent& event) const {
        auto out = facts();
        add_event_facts(out, event.name, event.metadata);
        return out;
    }

    void arrive(const IncomingEvent& event) {
        const auto known = facts(event);
        const auto admission = admit(definition_, event, known, values_, history_, now_);
        for (const auto& [metric, value] : values_in(event, metrics_)) values_[metric] = value;
        const auto before = out_.runs.size();
        if (admission.enters)
            begin(&event, admission.because);
        else if (!admission.because.empty())
            out_.not_entered.push_back({now_, event.name, admission.because});
        for (std::size_t i = 0; i < before; ++i) {
            std::vector<TraceEntry> trace;
            notice(definition_, out_.runs[i].run, event, known, now_, trace);
            keep(out_.runs[i], std::move(trace));
        }
    }

    void fire(WallTime at) {
        const auto admission = admit_at(definition_, at, facts(), zones_, history_, now_);
        if (admission.enters)
            begin(nullptr, admission.because);
        else
            out_.not_entered.push_back({now_, {}, admission.because});
    }

    void begin(const IncomingEvent* event, const std::string& because) {
        if (out_.runs.size() >= most_simulated_runs) {
            out_.cut = true;
            return;
        }
        std::vector<TraceEntry> trace;
        SimulatedRun begun{begin_run(definition_, event, now_, because, trace), {}};
        begun.run.number = static_cast<std::int64_t>(out_.runs.size()) + 1;
        begun.run.contact = contact_.id;
        out_.runs.push_back(std::move(begun));
        keep(out_.runs.back(), std::move(trace));
    }

    void keep(SimulatedRun& of, std::vector<TraceEntry> trace, std::optional<StepText> text = {}) {
        entries_ += trace.size();
        for (auto& entry : trace) of.trace.push_back({std::move(entry), {}});
        if (text && !of.trace.empty()) of.trace.back().text = std::move(text);
    }

    // Until it waits or ends.
    void execute(SimulatedRun& of) {
        auto& run = of.run;
        while (run.state == RunState::active && run.wake_at <= now_ && !full()) {
            std::vector<TraceEntry> trace;
            const auto* step = advance(definition_, run, facts_for(run, contact_), zones_, now_, trace);
            std::optional<StepText> text;
            if (step != nullptr) {
                auto result = effect(*step, run, text);
                settled(definition_, run, std::move(result), now_, trace);
            }
            keep(of, std::move(trace), std::move(text));
        }
    }

    StepResult effect(const Step& step, const Run& run, std::optional<StepText>& text) {
        if (auto reason = not_for(step, contact_)) return {StepOutcome::skipped, *std::move(reason)};
        if (has_text(step)) {
            auto rendered = text_of(step, texts_of(definition_, run, contact_));
            if (!rendered) return {StepOutcome::failed, rendered.error().detail};
            text = *std::move(rendered);
        }
        if (const auto* update = std::get_if<UpdateStep>(&step.rule)) apply(update->change, contact_);
        if (auto event = emitted_by(step, run, own_time(run, now_))) queue(*std::move(event), now_);
        return {StepOutcome::done, {}};
    }

    const Definition& definition_;
    const TimeZones& zones_;
    Contact contact_;
    Values values_;
    History history_;
    std::vector<std::string> metrics_;
    std::multimap<WallTime, IncomingEvent> events_;  // of one moment in the order in which they came
    std::optional<WallTime> next_firing_;
    WallTime until_;
    WallTime now_;
    std::size_t entries_{};
    std::size_t happened_{};
    Simulation out_;
};

}  // namespace

Simulation simulate(const Definition& definition, SimulationInput input, const TimeZones& zones) {
    return Simulator(definition, std::move(input), zones).run();
}

}  // namespace herald
