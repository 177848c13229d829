#include "adapters/store/sqlite/automation_store.hpp"

#include "adapters/store/sqlite/automation_changes.hpp"
#include "adapters/store/sqlite/automation_events.hpp"
#include "adapters/store/sqlite/automation_rows.hpp"
#include "adapters/store/sqlite/idempotency.hpp"
#include "adapters/store/sqlite/run_rows.hpp"
#include "adapters/store/sqlite/run_writes.hpp"

namespace herald::sqlite {

Task<Result<WrittenAutomation>> SqliteAutomationStore::create(Caller caller, Automation automation,
                                                              AutomationRequest request) {
    co_return co_await database_.write([&](Write& write) -> Result<WrittenAutomation> {
        return create_automation(write, caller, automation, request);
    });
}

Task<Result<WrittenAutomation>> SqliteAutomationStore::edit(Caller caller, AutomationId id, std::int64_t revision,
                                                            AutomationEdit edited, WallTime now,
                                                            AutomationRequest request) {
    co_return co_await database_.write([&](Write& write) -> Result<WrittenAutomation> {
        return edit_automation(write, caller, id, revision, edited, now, request);
    });
}

Task<Result<WrittenAutomation>> SqliteAutomationStore::activate(Caller caller, AutomationId id, std::int64_t revision,
                                                                std::optional<WallTime> next_fire_at, WallTime now,
                                                                AutomationRequest request) {
    co_return co_await database_.write([&](Write& write) -> Result<WrittenAutomation> {
        return switch_automation(write, caller, id, AutomationState::active, revision, next_fire_at, now, request);
    });
}

Task<Result<WrittenAutomation>> SqliteAutomationStore::deactivate(Caller caller, AutomationId id, WallTime now,
                                                                  AutomationRequest request) {
    co_return co_await database_.write([&](Write& write) -> Result<WrittenAutomation> {
        return switch_automation(write, caller, id, AutomationState::inactive, {}, {}, now, request);
    });
}

Task<Result<WrittenAutomation>> SqliteAutomationStore::remove(Caller caller, AutomationId id,
                                                              std::optional<std::int64_t> revision, WallTime now,
                                                              AutomationRequest request) {
    co_return co_await database_.write([&](Write& write) -> Result<WrittenAutomation> {
        return remove_automation(write, caller, id, revision, now, request);
    });
}

Task<Result<WrittenAutomation>> SqliteAutomationStore::confirm(Caller caller, AutomationId id, std::int64_t firing,
                                                               WallTime now, AutomationRequest request) {
    co_return co_await database_.write([&](Write& write) -> Result<WrittenAutomation> {
        return confirm_firing(write, caller, id, firing, now, request);
    });
}

Task<Result<std::optional<std::string>>> SqliteAutomationStore::replay(WorkspaceId workspace, std::string scope,
                                                                       std::string key, std::string request_hash,
                                                                       WallTime now) {
    co_return co_await database_.read(
        [&](Connection& connection) { return stored_answer(connection, workspace, scope, key, request_hash, now); });
}

Task<Result<Automation>> SqliteAutomationStore::get(WorkspaceId workspace, AutomationId id) {
    co_return co_await database_.read([&](Connection& connection) -> Result<Automation> {
        auto automation = find_automation(connection, workspace, id);
        if (!automation) return no_such_automation();
        return std::move(*automation);
    });
}

Task<Result<std::vector<Automation>>> SqliteAutomationStore::list(WorkspaceId workspace, AutomationQuery query) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<Automation>> {
        return automation_page(connection, workspace, query);
    });
}

Task<Result<std::vector<AutomationVersion>>> SqliteAutomationStore::versions(WorkspaceId workspace, AutomationId id,
                                                                             std::optional<std::int64_t> before,
                                                                             std::size_t limit) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<AutomationVersion>> {
        const auto number = automation_number(connection, workspace, id);
        if (!number) return no_such_automation();
        return version_page(connection, id, *number, before, limit);
    });
}

Task<Result<std::vector<Run>>> SqliteAutomationStore::runs(WorkspaceId workspace, RunQuery query) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<Run>> {
        const auto number = automation_number(connection, workspace, query.automation);
        if (!number) return no_such_automation();
        return run_page(connection, workspace, *number, query);
    });
}

Task<Result<Run>> SqliteAutomationStore::run(WorkspaceId workspace, std::int64_t number) {
    co_return co_await database_.read([&](Connection& connection) -> Result<Run> {
        auto found = find_run(connection, workspace, number);
        if (!found) return no_such_run();
        return std::move(*found);
    });
}

Task<Result<std::vector<TraceEntry>>> SqliteAutomationStore::trace(WorkspaceId workspace, std::int64_t number) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<TraceEntry>> {
        if (!find_run(connection, workspace, number)) return no_such_run();
        return trace_of(connection, number);
    });
}

Task<Result<Run>> SqliteAutomationStore::cancel_run(Caller caller, std::int64_t number, WallTime now) {
    co_return co_await database_.write(
        [&](Write& write) -> Result<Run> { return sqlite::cancel_run(write, caller, number, now); });
}

Task<Result<EventRecord>> SqliteAutomationStore::event(WorkspaceId workspace, std::string id) {
    co_return co_await database_.read([&](Connection& connection) -> Result<EventRecord> {
        auto found = find_event(connection, workspace, id);
        if (!found) return Error{Errc::not_found, "no such event, or it is not remembered any more"};
        return *std::move(found);
    });
}

}  // namespace herald::sqlite
