#pragma once
// Events, runs and firings, for the engine.

#include "adapters/store/sqlite/database.hpp"
#include "adapters/store/sqlite/group_commit.hpp"
#include "domain/ports/automation_store.hpp"

namespace herald::sqlite {

class SqliteRunStore final : public RunStore {
 public:
    SqliteRunStore(Database& database, GroupCommit& group) : database_(database), group_(group) {}

    Task<Result<std::vector<Taken>>> take(WorkspaceId workspace, std::vector<IncomingEvent> events,
                                          std::vector<bool> matters, WallTime now) override;
    Task<Result<bool>> known(WorkspaceId workspace, std::string id) override;
    Task<Result<std::vector<InUse>>> in_use(WorkspaceId workspace) override;
    Task<Result<std::vector<PendingArrival>>> arrivals(WorkspaceId workspace, std::int64_t after,
                                                       std::size_t limit) override;
    Task<Result<Arrived>> arrive(WorkspaceId workspace, std::vector<Arrival> arrivals,
                                 std::shared_ptr<const Registry> registry, WallTime now) override;
    Task<Result<std::vector<PendingReport>>> reports(WorkspaceId workspace, std::size_t limit, WallTime now) override;
    Task<Result<void>> settle_reports(std::vector<ReportSettlement> settlements) override;
    Task<Result<DueRuns>> due(WorkspaceId workspace, WallTime now, std::size_t limit,
                              std::vector<std::int64_t> held) override;
    Task<Result<bool>> write(RunWrite write) override;
    Task<Result<std::vector<PendingArrival>>> awaited(Run run, WallTime since, std::int64_t behind) override;
    Task<Result<std::int64_t>> fire_due(WorkspaceId workspace, std::shared_ptr<const Registry> registry,
                                        std::function<std::optional<WallTime>(const Trigger&, WallTime)> next,
                                        milliseconds grace, WallTime now) override;
    Task<Result<std::optional<WallTime>>> next_fire(WorkspaceId workspace) override;
    Task<Result<std::vector<Firing>>> open_firings(WorkspaceId workspace, std::size_t limit) override;
    Task<Result<bool>> counted(Firing firing, WallTime now) override;
    Task<Result<std::optional<std::int64_t>>> enter(FiringPage page, std::shared_ptr<const Registry> registry,
                                                    const TimeZones& zones, WallTime now) override;
    Task<Result<bool>> sweep(std::size_t rows, WallTime now) override;
    Task<Result<RunCounts>> run_counts(WorkspaceId workspace) override;

 private:
    Database& database_;
    GroupCommit& group_;
};

}  // namespace herald::sqlite
