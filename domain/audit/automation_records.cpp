#include "domain/audit/automation_records.hpp"

#include <fmt/format.h>

namespace herald {
namespace {

AuditRecord about(std::string action, const Firing& firing) {
    return {std::move(action),
            audit_resource(firing.automation),
            {{"firing_id", number_id("fir", firing.number)},
             {"version", firing.version},
             {"due_at", to_rfc3339(firing.at)}}};
}

}  // namespace

std::string audit_resource(const AutomationId& id) {
    return "automation:" + id.value;
}

AuditRecord automation_created(const Automation& automation) {
    AuditRecord record{"automation_workflow_created", audit_resource(automation.id), {}};
    record.details = {
        {"workflow_id", automation.id.value},      {"workflow_name", automation.name},
        {"trigger_type", automation.trigger_type}, {"is_active", automation.state == AutomationState::active},
        {"action_count", automation.action_count}, {"intercom_integration", true}};  // always on
    if (automation.created_by) record.details["created_by"] = *automation.created_by;
    return record;
}

AuditRecord automation_edited(const Automation& before, const Automation& after) {
    std::string fields;
    const auto compare = [&](std::string_view field, bool same) {
        if (!same) fields += fmt::format("{}{}", fields.empty() ? "" : ",", field);
    };
    compare("name", before.name == after.name);
    compare("trigger_type", before.trigger_type == after.trigger_type);
    compare("action_count", before.action_count == after.action_count);
    compare("document", before.document == after.document);
    return {"automation_edited", audit_resource(after.id), {{"fields", fields}, {"version", after.version}}};
}

AuditRecord automation_switched(const AutomationId& id, AutomationState before, AutomationState after) {
    return {after == AutomationState::active ? "automation_activated" : "automation_deactivated",
            audit_resource(id),
            {{"state_before", std::string(name(before))}, {"state_after", std::string(name(after))}}};
}

AuditRecord automation_deleted(const Automation& automation, std::int64_t cancelled) {
    return {"automation_deleted",
            audit_resource(automation.id),
            {{"workflow_name", automation.name},
             {"state_before", std::string(name(automation.state))},
             {"cancelled_runs", cancelled}}};
}

AuditRecord automation_confirmed(const Firing& firing) {
    auto record = about("automation_confirmed", firing);
    record.details["people"] = firing.people;
    return record;
}

AuditRecord automation_run_cancelled(const Run& run) {
    return {"automation_run_cancelled",
            audit_resource(run.automation),
            {{"run_id", number_id("run", run.number)}, {"version", run.version}}};
}

AuditRecord automation_fired(const Firing& firing) {
    return about(firing.state == FiringState::missed ? "automation_firing_missed" : "automation_fired", firing);
}

AuditRecord automation_held(const Firing& firing) {
    auto record = about("automation_held", firing);
    record.details["people"] = firing.people;
    return record;
}

}  // namespace herald
