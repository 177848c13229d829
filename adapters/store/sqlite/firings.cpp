#include "adapters/store/sqlite/firings.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "adapters/store/sqlite/automation_rows.hpp"
#include "adapters/store/sqlite/histories.hpp"
#include "adapters/store/sqlite/run_writes.hpp"
#include "domain/audit/automation_records.hpp"
#include "domain/automation/dates.hpp"
#include "domain/automation/engine.hpp"
#include "domain/filter/evaluate.hpp"

namespace herald::sqlite {
namespace {

constexpr std::size_t fired_at_once = 500;

struct DueAutomation {
    std::int64_t number{};
    AutomationId id;
    std::int64_t version{};
    WallTime at{};
};

std::vector<DueAutomation> due_automations(Write& write, const WorkspaceId& workspace, WallTime now) {
    std::vector<DueAutomation> due;
    auto row = write.query(
        "SELECT number, id, version, next_fire_at FROM automations INDEXED BY automations_firing "
        "WHERE workspace = ?1 AND next_fire_at IS NOT NULL AND next_fire_at <= ?2 ORDER BY next_fire_at LIMIT ?3");
    row.with(workspace, now, fired_at_once);
    while (row.next()) due.push_back({row.integer(0), {row.text(1)}, row.integer(2), row.time(3)});
    return due;
}

// Empty: it is still right. One that goes by dates is so as long as its day lasts.
std::string why_missed(const Trigger& trigger, WallTime at, const NextFire& next, milliseconds grace, WallTime now) {
    if (now - at <= grace) return {};
    if (const auto daily = at_midnight(trigger))
        if (const auto end_of_day = next(*daily, at); end_of_day && now < *end_of_day) return {};
    return fmt::format("it was due at {}, more than {} minutes ago", to_rfc3339(at),
                       std::chrono::floor<std::chrono::minutes>(grace).count());
}

// People are asked about one firing at a time.
void drop_unconfirmed(Write& write, std::int64_t automation) {
    write
        .query(
            "UPDATE automation_firings SET state = 'dropped', reason = 'it was not confirmed before the next time' "
            "WHERE number IN (SELECT number FROM automation_firings INDEXED BY automation_firings_unended "
            "WHERE automation = ?1 AND state IN ('counting', 'confirming', 'loading') AND state = 'confirming')")
        .with(automation)
        .run();
}

// Times between that one and now have passed with it.
void fire(Write& write, const WorkspaceId& workspace, const DueAutomation& due, std::optional<WallTime> next,
          std::string missed, WallTime now) {
    drop_unconfirmed(write, due.number);
    Firing firing;
    firing.automation = due.id;
    firing.version = due.version;
    firing.at = due.at;
    firing.state = missed.empty() ? FiringState::counting : FiringState::missed;
    firing.reason = std::move(missed);
    {
        auto row = write.query(
            "INSERT INTO automation_firings (automation, workspace, version, at, state, reason) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING number");
        if (row.with(due.number, workspace, due.version, due.at, name(firing.state), firing.reason).next())
            firing.number = row.integer(0);
    }
    write.query("UPDATE automations SET next_fire_at = ?2 WHERE number = ?1").with(due.number, next).run();
    write.audit(machine(workspace), now, automation_fired(firing));
}

// A firing as it stands, if it is in `state` and its automation active.
struct OpenFiring {
    Firing firing;
    std::int64_t automation{};
    WorkspaceId workspace;
};

std::optional<OpenFiring> firing_in(Write& write, std::int64_t number, FiringState state) {
    static const std::string sql =
        select_firings("") +
        "WHERE f.number = ?1 AND f.state = ?2 AND a.state = 'active' AND a.workspace = f.workspace";
    auto row = write.query(sql);
    if (!row.with(number, name(state)).next()) return {};
    return OpenFiring{to_firing(row), row.integer(10), {row.text(11)}};
}

// Whether this firing brought the contact in already, as another part of its audience.
bool has_entered(Write& write, std::int64_t firing, const ContactId& contact) {
    return write
        .query(
            "SELECT 1 FROM automation_runs INDEXED BY automation_runs_firing "
            "WHERE firing IS NOT NULL AND firing = ?1 AND contact_id <> '' AND contact_id = ?2")
        .with(firing, contact)
        .next();
}

bool enter_one(Write& write, const OpenFiring& open, const Definition& definition, const Contact& contact,
               const TimeZones& zones, WallTime now) {
    const auto& [firing, automation, workspace] = open;
    if (has_entered(write, firing.number, contact.id)) return false;
    const auto known = history_of(write, workspace, contact.id, automation);
    auto history = known;
    auto admission = admit_at(definition, firing.at, facts_of(contact), zones, history, now);
    if (history != known) keep_history(write, workspace, contact.id, automation, history);
    if (!admission.enters) return false;
    std::vector<TraceEntry> trace;
    auto run = begin_run(definition, nullptr, now, std::move(admission.because), trace);
    run.workspace = workspace;
    run.automation = firing.automation;
    run.version = firing.version;
    run.ref = {ContactRef::Kind::id, contact.id.value};
    run.contact = contact.id;
    insert_run(write, automation, run, trace, firing.number);
    return true;
}

}  // namespace

std::int64_t fire_due(Write& write, const WorkspaceId& workspace, const Registry& registry, const NextFire& next,
                      milliseconds grace, WallTime now) {
    std::int64_t fired = 0;
    for (const auto& due : due_automations(write, workspace, now)) {
        // A version that the registry does not hold yet: its next look fires it.
        const auto* definition = registry.find(due.id, due.version);
        if (definition == nullptr) continue;
        // A clock that went back does not make it fire twice.
        const auto following = next(definition->trigger, std::max(now, due.at));
        fire(write, workspace, due, following, why_missed(definition->trigger, due.at, next, grace, now), now);
        ++fired;
    }
    return fired;
}

std::optional<WallTime> soonest_fire(Connection& connection, const WorkspaceId& workspace) {
    auto row = connection.query(
        "SELECT next_fire_at FROM automations INDEXED BY automations_firing WHERE workspace = ?1 "
        "AND next_fire_at IS NOT NULL ORDER BY next_fire_at LIMIT 1");
    if (!row.with(workspace).next()) return {};
    return row.time(0);
}

std::vector<Firing> open_firings(Connection& connection, const WorkspaceId& workspace, std::size_t limit) {
    static const std::string sql = [] {
        auto text = select_firings("automation_firings_open");
        return text +
               "WHERE f.workspace = ?1 AND f.state IN ('counting', 'loading') AND a.state = 'active' "
               "AND a.workspace = ?1 ORDER BY f.number LIMIT ?2";
    }();
    std::vector<Firing> out;
    auto row = connection.query(sql);
    row.with(workspace, limit);
    while (row.next()) out.push_back(to_firing(row));
    return out;
}

bool count_firing(Write& write, const Firing& firing, WallTime now) {
    auto open = firing_in(write, firing.number, FiringState::counting);
    // What Intercom does not search for may show when its pages are asked for.
    if (!open && firing.state == FiringState::refused) open = firing_in(write, firing.number, FiringState::loading);
    if (!open) return false;
    write
        .query(
            "UPDATE automation_firings SET state = ?2, people = ?3, source = ?4, cursor = ?5, reason = ?6 "
            "WHERE number = ?1")
        .with(firing.number, name(firing.state), firing.people, firing.source, firing.cursor, firing.reason)
        .run();
    if (firing.state == FiringState::confirming) write.audit(machine(open->workspace), now, automation_held(firing));
    return true;
}

Result<std::optional<std::int64_t>> enter_page(Write& write, const FiringPage& page, const Registry& registry,
                                               const TimeZones& zones, WallTime now) {
    const auto open = firing_in(write, page.firing.number, FiringState::loading);
    if (!open) return std::nullopt;
    const auto* definition = registry.find(open->firing.automation, open->firing.version);
    if (definition == nullptr)
        return Error{Errc::conflict, "the definition of a firing is not in the registry; nobody entered"};
    std::int64_t entered = 0;
    for (const auto& contact : page.contacts)
        entered += enter_one(write, *open, *definition, contact, zones, now) ? 1 : 0;
    write
        .query(
            "UPDATE automation_firings SET state = ?2, people = max(people, ?3), entered = entered + ?4, source = ?5, "
            "cursor = ?6 WHERE number = ?1")
        .with(page.firing.number, name(page.done ? FiringState::done : FiringState::loading), page.firing.people,
              entered, page.firing.source, page.firing.cursor)
        .run();
    return std::optional(entered);
}

}  // namespace herald::sqlite
