#pragma once
// Between rows of automations and domain values.

#include <optional>
#include <string>
#include <vector>

#include "adapters/store/sqlite/connection.hpp"
#include "domain/ports/automation_store.hpp"

namespace herald::sqlite {

Error no_such_automation();

// A JSON object; no values are the empty text.
std::string to_text(const Scalars& values);
Scalars to_scalars(const std::string& text);

std::optional<Automation> find_automation(Connection& connection, const WorkspaceId& workspace, const AutomationId& id);
// The row number; nullopt when the workspace has no such automation.
std::optional<std::int64_t> automation_number(Connection& connection, const WorkspaceId& workspace,
                                              const AutomationId& id);
std::vector<Automation> automation_page(Connection& connection, const WorkspaceId& workspace,
                                        const AutomationQuery& query);
std::vector<AutomationVersion> version_page(Connection& connection, const AutomationId& id, std::int64_t automation,
                                            std::optional<std::int64_t> before, std::size_t limit);

// Stores the automation with its first version; its counts start at 0.
void insert_automation(Connection& connection, const Automation& automation, const std::string& actor);
void insert_version(Connection& connection, std::int64_t automation, const Automation& says, const std::string& actor,
                    WallTime now);

// "SELECT … FROM automation_firings f JOIN automations a …": the columns that to_firing reads, up to a WHERE.
std::string select_firings(std::string_view index);
Firing to_firing(const Query& row);

// Every version that is active, has a run under way or a firing that is not over.
std::vector<InUse> versions_in_use(Connection& connection, const WorkspaceId& workspace);

}  // namespace herald::sqlite
