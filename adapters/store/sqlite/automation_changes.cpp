#include "adapters/store/sqlite/automation_changes.hpp"

#include <fmt/format.h>

#include "adapters/store/sqlite/automation_rows.hpp"
#include "adapters/store/sqlite/automation_sweep.hpp"
#include "adapters/store/sqlite/idempotency.hpp"
#include "domain/audit/automation_records.hpp"

namespace herald::sqlite {
namespace {

// What a repeated request is answered with, and the automation as it is today; nullopt: execute it.
Result<std::optional<WrittenAutomation>> replayed(Write& write, const WorkspaceId& workspace,
                                                  const AutomationRequest& request, WallTime now) {
    auto known = known_key(write.connection(), workspace, {request.scope, request.key, request.request_hash}, now);
    if (!known) return known.error();
    if (known->state != KeyRecord::State::answered) return std::nullopt;
    WrittenAutomation written;
    written.replay = std::move(known->answer);
    if (auto automation = find_automation(write.connection(), workspace, {known->resource}))
        written.automation = std::move(*automation);
    return written;
}

void keep_answer(Write& write, const Automation& automation, const AutomationRequest& request, WallTime now) {
    if (request.key.empty()) return;
    store_answer(write, automation.workspace, automation.id.value,
                 {request.scope, request.key, request.request_hash, {}, request.expires_at}, now,
                 request.render ? request.render(automation) : std::string());
}

Result<WrittenAutomation> answer(Write& write, const WorkspaceId& workspace, const AutomationId& id,
                                 const AutomationRequest& request, WallTime now) {
    auto automation = find_automation(write.connection(), workspace, id);
    if (!automation) return no_such_automation();
    keep_answer(write, *automation, request, now);
    return WrittenAutomation{std::move(*automation), {}};
}

Error changed_meanwhile() {
    return {Errc::stale, "the automation has changed meanwhile"};
}

// Nobody enters any more; who has entered stays.
void drop_firings(Write& write, std::int64_t automation) {
    write
        .query(
            "UPDATE automation_firings SET state = 'dropped', reason = 'the automation was deactivated' WHERE number "
            "IN "
            "(SELECT number FROM automation_firings INDEXED BY automation_firings_unended WHERE automation = ?1 "
            "AND state IN ('counting', 'confirming', 'loading'))")
        .with(automation)
        .run();
}

}  // namespace

Result<WrittenAutomation> create_automation(Write& write, const Caller& caller, Automation& automation,
                                            const AutomationRequest& request) {
    automation.workspace = caller.workspace;
    auto repeated = replayed(write, caller.workspace, request, automation.created_at);
    if (!repeated) return repeated.error();
    if (*repeated) return std::move(**repeated);
    if (automation.state != AutomationState::active) automation.next_fire_at.reset();
    automation.version = automation.revision = 1;
    automation.updated_at = automation.created_at;
    insert_automation(write.connection(), automation, caller.actor);
    write.audit(caller, automation.created_at, automation_created(automation));
    return answer(write, caller.workspace, automation.id, request, automation.created_at);
}

Result<WrittenAutomation> edit_automation(Write& write, const Caller& caller, const AutomationId& id,
                                          std::int64_t revision, const AutomationEdit& edited, WallTime now,
                                          const AutomationRequest& request) {
    auto repeated = replayed(write, caller.workspace, request, now);
    if (!repeated) return repeated.error();
    if (*repeated) return std::move(**repeated);
    const auto number = automation_number(write.connection(), caller.workspace, id);
    const auto before = find_automation(write.connection(), caller.workspace, id);
    if (!number || !before) return no_such_automation();
    if (before->revision != revision) return changed_meanwhile();
    auto after = *before;
    after.name = edited.name;
    after.document = edited.document;
    after.trigger_type = edited.trigger_type;
    after.action_count = edited.action_count;
    if (!edited.keeps_schedule)
        after.next_fire_at = before->state == AutomationState::active ? edited.next_fire_at : std::nullopt;
    if (before->document != edited.document) {
        ++after.version;
        insert_version(write.connection(), *number, after, caller.actor, now);
    }
    write
        .query(
            "UPDATE automations SET name = ?2, version = ?3, trigger_type = ?4, action_count = ?5, next_fire_at = ?6, "
            "updated_at = ?7, revision = revision + 1 WHERE number = ?1")
        .with(*number, after.name, after.version, after.trigger_type, after.action_count, after.next_fire_at, now)
        .run();
    write.audit(caller, now, automation_edited(*before, after));
    return answer(write, caller.workspace, id, request, now);
}

Result<WrittenAutomation> switch_automation(Write& write, const Caller& caller, const AutomationId& id,
                                            AutomationState to, std::optional<std::int64_t> revision,
                                            std::optional<WallTime> next_fire_at, WallTime now,
                                            const AutomationRequest& request) {
    auto repeated = replayed(write, caller.workspace, request, now);
    if (!repeated) return repeated.error();
    if (*repeated) return std::move(**repeated);
    const auto number = automation_number(write.connection(), caller.workspace, id);
    const auto before = find_automation(write.connection(), caller.workspace, id);
    if (!number || !before) return no_such_automation();
    if (revision && before->revision != *revision) return changed_meanwhile();
    const bool already = before->state == to;
    const bool never_active = to == AutomationState::inactive && before->state == AutomationState::draft;
    if (never_active)
        return Error{Errc::conflict, "the automation is draft and has never been active; it can be activated"};
    if (already) return answer(write, caller.workspace, id, request, now);
    write
        .query(
            "UPDATE automations SET state = ?2, next_fire_at = ?3, updated_at = ?4, revision = revision + 1 "
            "WHERE number = ?1")
        .with(*number, name(to), to == AutomationState::active ? next_fire_at : std::nullopt, now)
        .run();
    if (to == AutomationState::inactive) drop_firings(write, *number);
    write.audit(caller, now, automation_switched(id, before->state, to));
    return answer(write, caller.workspace, id, request, now);
}

Result<WrittenAutomation> remove_automation(Write& write, const Caller& caller, const AutomationId& id,
                                            std::optional<std::int64_t> revision, WallTime now,
                                            const AutomationRequest& request) {
    auto repeated = replayed(write, caller.workspace, request, now);
    if (!repeated) return repeated.error();
    if (*repeated) return std::move(**repeated);
    const auto number = automation_number(write.connection(), caller.workspace, id);
    auto automation = find_automation(write.connection(), caller.workspace, id);
    if (!number || !automation) return no_such_automation();
    if (revision && automation->revision != *revision) return changed_meanwhile();
    if (automation->state == AutomationState::active)
        return Error{Errc::conflict, "the automation is active; deactivate it before it is deleted"};
    begin_removal_of_automation(write, *number, now);
    write.audit(caller, now, automation_deleted(*automation, automation->runs[RunState::active]));
    keep_answer(write, *automation, request, now);
    return WrittenAutomation{std::move(*automation), {}};
}

Result<WrittenAutomation> confirm_firing(Write& write, const Caller& caller, const AutomationId& id,
                                         std::int64_t firing, WallTime now, const AutomationRequest& request) {
    auto repeated = replayed(write, caller.workspace, request, now);
    if (!repeated) return repeated.error();
    if (*repeated) return std::move(**repeated);
    static const std::string sql = select_firings("") + "WHERE f.number = ?1 AND a.id = ?2 AND a.workspace = ?3";
    std::optional<Firing> found;
    {
        auto row = write.query(sql);
        if (row.with(firing, id, caller.workspace).next()) found = to_firing(row);
    }
    if (!found) return Error{Errc::not_found, "the automation has no such firing"};
    if (found->state != FiringState::confirming)
        return Error{Errc::conflict,
                     fmt::format("the firing is {}; only one that is confirming can be confirmed", name(found->state))};
    write.query("UPDATE automation_firings SET state = 'loading' WHERE number = ?1").with(firing).run();
    write.audit(caller, now, automation_confirmed(*found));
    return answer(write, caller.workspace, id, request, now);
}

}  // namespace herald::sqlite
