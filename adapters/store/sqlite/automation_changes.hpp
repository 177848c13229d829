#pragma once
// What people change about automations. Each is the body of one transaction; see domain/ports/automation_store.hpp.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/automation_store.hpp"

namespace herald::sqlite {

Result<WrittenAutomation> create_automation(Write& write, const Caller& caller, Automation& automation,
                                            const AutomationRequest& request);
Result<WrittenAutomation> edit_automation(Write& write, const Caller& caller, const AutomationId& id,
                                          std::int64_t revision, const AutomationEdit& edited, WallTime now,
                                          const AutomationRequest& request);
// To active or inactive.
Result<WrittenAutomation> switch_automation(Write& write, const Caller& caller, const AutomationId& id,
                                            AutomationState to, std::optional<std::int64_t> revision,
                                            std::optional<WallTime> next_fire_at, WallTime now,
                                            const AutomationRequest& request);
Result<WrittenAutomation> remove_automation(Write& write, const Caller& caller, const AutomationId& id,
                                            std::optional<std::int64_t> revision, WallTime now,
                                            const AutomationRequest& request);
Result<WrittenAutomation> confirm_firing(Write& write, const Caller& caller, const AutomationId& id,
                                         std::int64_t firing, WallTime now, const AutomationRequest& request);

}  // namespace herald::sqlite
