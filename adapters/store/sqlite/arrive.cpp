#include "adapters/store/sqlite/arrive.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "adapters/store/sqlite/automation_events.hpp"
#include "adapters/store/sqlite/histories.hpp"
#include "adapters/store/sqlite/run_rows.hpp"
#include "adapters/store/sqlite/run_writes.hpp"
#include "domain/automation/engine.hpp"

namespace herald::sqlite {
namespace {

namespace json = boost::json;

constexpr std::size_t most_told = 20;  // of the runs that one event began, and as many that it did not

// What an event did, for people.
class Told {
 public:
    void began(const Run& run) {
        if (runs_.size() < most_told) runs_.emplace_back(number_id("run", run.number));
    }
    void kept_out(const AutomationId& automation, const std::string& because) {
        if (kept_out_.size() < most_told) kept_out_.push_back({{"automation", automation.value}, {"because", because}});
    }
    std::string text() {
        json::object out;
        if (!runs_.empty()) out["runs"] = std::move(runs_);
        if (!kept_out_.empty()) out["not_entered"] = std::move(kept_out_);
        return out.empty() ? std::string() : json::serialize(out);
    }

 private:
    json::array runs_;
    json::array kept_out_;
};

class Arriving {
 public:
    Arriving(Write& write, const WorkspaceId& workspace, const Registry& registry, WallTime now)
        : write_(write),
          workspace_(workspace),
          registry_(registry),
          now_(now),
          active_(active_automations(write, workspace)) {}

    void take(const Arrival& arrival) {
        if (!is_pending(write_, workspace_, arrival.number)) return;
        if (!arrival.contact) {
            finish_arrival(write_, arrival.number, {}, R"({"reason":"no such contact"})");
            ++arrived_.unknown;
            return;
        }
        const auto& contact = arrival.contact->id;
        Told told;
        // Before any run begins: what begins with the event does not notice it.
        if (registry_.awaited(arrival.event.name)) notice_all(arrival, contact);
        const auto before = values_of(write_, workspace_, contact);
        keep_values(write_, workspace_, contact, values_in(arrival.event, registry_.metrics), now_);
        for (const auto& each : registry_.active) {
            const auto number = active_.find(each.id);
            if (number == active_.end() || !concerns(each.definition->trigger, arrival.event)) continue;
            admit_to(each, number->second, arrival, before, told);
        }
        finish_arrival(write_, arrival.number, contact, told.text());
    }
    const RunStore::Arrived& arrived() const { return arrived_; }

 private:
    void admit_to(const Registry::Active& to, std::int64_t automation, const Arrival& arrival, const Values& before,
                  Told& told) {
        const auto& contact = arrival.contact->id;
        const auto known = history_of(write_, workspace_, contact, automation);
        auto history = known;
        auto admission = admit(*to.definition, arrival.event, arrival.facts, before, history, now_);
        if (history != known) keep_history(write_, workspace_, contact, automation, history);
        if (!admission.enters) {
            if (!admission.because.empty()) told.kept_out(to.id, admission.because);
            return;
        }
        std::vector<TraceEntry> trace;
        auto run = begin_run(*to.definition, &arrival.event, now_, std::move(admission.because), trace);
        run.workspace = workspace_;
        run.automation = to.id;
        run.version = to.version;
        run.ref = arrival.event.contact;
        run.contact = contact;
        insert_run(write_, automation, run, trace, {});
        told.began(run);
        ++arrived_.begun;
    }

    void notice_all(const Arrival& arrival, const ContactId& contact) {
        for (auto& run : active_runs_of(write_.connection(), workspace_, contact)) {
            const auto* definition = registry_.find(run.automation, run.version);
            std::vector<TraceEntry> trace;
            if (definition == nullptr || !notice(*definition, run, arrival.event, arrival.facts, now_, trace)) continue;
            if (run.intended)
                leave_run(write_, run);
            else if (const auto saved = save_run(write_, run, trace); !saved || !*saved)
                continue;
            ++arrived_.noticed;
        }
    }

    Write& write_;
    const WorkspaceId& workspace_;
    const Registry& registry_;
    WallTime now_;
    std::map<AutomationId, std::int64_t> active_;
    RunStore::Arrived arrived_;
};

}  // namespace

std::map<AutomationId, std::int64_t> active_automations(Write& write, const WorkspaceId& workspace) {
    std::map<AutomationId, std::int64_t> active;
    auto row = write.query(
        "SELECT id, number FROM automations INDEXED BY automations_active WHERE workspace = ?1 AND state = 'active'");
    row.with(workspace);
    while (row.next()) active.emplace(AutomationId{row.text(0)}, row.integer(1));
    return active;
}

RunStore::Arrived arrive(Write& write, const WorkspaceId& workspace, const std::vector<Arrival>& arrivals,
                         const Registry& registry, WallTime now) {
    Arriving arriving(write, workspace, registry, now);
    for (const auto& arrival : arrivals) arriving.take(arrival);
    return arriving.arrived();
}

}  // namespace herald::sqlite
