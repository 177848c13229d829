#pragma once
// Automations and their runs, for people.

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/automation_store.hpp"

namespace herald::sqlite {

class SqliteAutomationStore final : public AutomationStore {
 public:
    explicit SqliteAutomationStore(Database& database) : database_(database) {}

    Task<Result<WrittenAutomation>> create(Caller caller, Automation automation, AutomationRequest request) override;
    Task<Result<WrittenAutomation>> edit(Caller caller, AutomationId id, std::int64_t revision, AutomationEdit edited,
                                         WallTime now, AutomationRequest request) override;
    Task<Result<WrittenAutomation>> activate(Caller caller, AutomationId id, std::int64_t revision,
                                             std::optional<WallTime> next_fire_at, WallTime now,
                                             AutomationRequest request) override;
    Task<Result<WrittenAutomation>> deactivate(Caller caller, AutomationId id, WallTime now,
                                               AutomationRequest request) override;
    Task<Result<WrittenAutomation>> remove(Caller caller, AutomationId id, std::optional<std::int64_t> revision,
                                           WallTime now, AutomationRequest request) override;
    Task<Result<WrittenAutomation>> confirm(Caller caller, AutomationId id, std::int64_t firing, WallTime now,
                                            AutomationRequest request) override;
    Task<Result<std::optional<std::string>>> replay(WorkspaceId workspace, std::string scope, std::string key,
                                                    std::string request_hash, WallTime now) override;
    Task<Result<Automation>> get(WorkspaceId workspace, AutomationId id) override;
    Task<Result<std::vector<Automation>>> list(WorkspaceId workspace, AutomationQuery query) override;
    Task<Result<std::vector<AutomationVersion>>> versions(WorkspaceId workspace, AutomationId id,
                                                          std::optional<std::int64_t> before,
                                                          std::size_t limit) override;
    Task<Result<std::vector<Run>>> runs(WorkspaceId workspace, RunQuery query) override;
    Task<Result<Run>> run(WorkspaceId workspace, std::int64_t number) override;
    Task<Result<std::vector<TraceEntry>>> trace(WorkspaceId workspace, std::int64_t number) override;
    Task<Result<Run>> cancel_run(Caller caller, std::int64_t number, WallTime now) override;
    Task<Result<EventRecord>> event(WorkspaceId workspace, std::string id) override;

 private:
    Database& database_;
};

}  // namespace herald::sqlite
