#pragma once
// What is remembered of contacts between events: by automation, and by metric.

#include "adapters/store/sqlite/database.hpp"
#include "domain/automation/admission.hpp"

namespace herald::sqlite {

History history_of(Write& write, const WorkspaceId& workspace, const ContactId& contact, std::int64_t automation);
void keep_history(Write& write, const WorkspaceId& workspace, const ContactId& contact, std::int64_t automation,
                  const History& history);

Values values_of(Write& write, const WorkspaceId& workspace, const ContactId& contact);
void keep_values(Write& write, const WorkspaceId& workspace, const ContactId& contact, const Values& values,
                 WallTime now);

}  // namespace herald::sqlite
