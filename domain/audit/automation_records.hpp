#pragma once
// What the changes of automations and their runs say about themselves.

#include "domain/audit/entry.hpp"
#include "domain/automation/automation.hpp"
#include "domain/automation/run.hpp"

namespace herald {

std::string audit_resource(const AutomationId& id);  // "automation:aut_…"

// `automation_workflow_created`, with what the earlier system logged of it.
AuditRecord automation_created(const Automation& automation);
// `automation_edited`, with the names of the fields that differ and the version that it is now.
AuditRecord automation_edited(const Automation& before, const Automation& after);
// `automation_activated` or `automation_deactivated`, with the states around it.
AuditRecord automation_switched(const AutomationId& id, AutomationState before, AutomationState after);
// `automation_deleted`: `cancelled` runs were under way.
AuditRecord automation_deleted(const Automation& automation, std::int64_t cancelled);
AuditRecord automation_confirmed(const Firing& firing);
AuditRecord automation_run_cancelled(const Run& run);

// By the machine: `automation_fired`, or `automation_firing_missed` when it came up too late.
AuditRecord automation_fired(const Firing& firing);
// `automation_held`: the firing waits for a person's word.
AuditRecord automation_held(const Firing& firing);

}  // namespace herald
