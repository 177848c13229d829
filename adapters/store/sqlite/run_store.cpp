#include "adapters/store/sqlite/run_store.hpp"

#include "adapters/store/sqlite/arrive.hpp"
#include "adapters/store/sqlite/automation_events.hpp"
#include "adapters/store/sqlite/automation_rows.hpp"
#include "adapters/store/sqlite/automation_sweep.hpp"
#include "adapters/store/sqlite/firings.hpp"
#include "adapters/store/sqlite/run_counts.hpp"
#include "adapters/store/sqlite/run_rows.hpp"
#include "adapters/store/sqlite/run_writes.hpp"

namespace herald::sqlite {
namespace {

// More at once have a transaction of their own, so that those who share one do not wait for them.
constexpr std::size_t few_events = 32;
constexpr std::size_t most_awaited = 100;

std::vector<Taken> take_all(Write& write, const WorkspaceId& workspace, const std::vector<IncomingEvent>& events,
                            const std::vector<bool>& matters, WallTime now) {
    std::vector<Taken> taken;
    taken.reserve(events.size());
    for (std::size_t i = 0; i < events.size(); ++i)
        taken.push_back({events[i].id, !insert_event(write, workspace, events[i], matters[i], now)});
    return taken;
}

}  // namespace

Task<Result<std::vector<Taken>>> SqliteRunStore::take(WorkspaceId workspace, std::vector<IncomingEvent> events,
                                                      std::vector<bool> matters, WallTime now) {
    if (events.empty()) co_return std::vector<Taken>{};
    if (events.size() > few_events)
        co_return co_await database_.write([&](Write& write) -> Result<std::vector<Taken>> {
            return take_all(write, workspace, events, matters, now);
        });
    co_return co_await group_.write([&](Write& write) { return take_all(write, workspace, events, matters, now); });
}

Task<Result<bool>> SqliteRunStore::known(WorkspaceId workspace, std::string id) {
    co_return co_await database_.read(
        [&](Connection& connection) -> Result<bool> { return is_known(connection, workspace, id); });
}

Task<Result<std::vector<InUse>>> SqliteRunStore::in_use(WorkspaceId workspace) {
    co_return co_await database_.read(
        [&](Connection& connection) -> Result<std::vector<InUse>> { return versions_in_use(connection, workspace); });
}

Task<Result<std::vector<PendingArrival>>> SqliteRunStore::arrivals(WorkspaceId workspace, std::int64_t after,
                                                                   std::size_t limit) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<PendingArrival>> {
        return pending_arrivals(connection, workspace, after, limit);
    });
}

Task<Result<RunStore::Arrived>> SqliteRunStore::arrive(WorkspaceId workspace, std::vector<Arrival> arrivals,
                                                       std::shared_ptr<const Registry> registry, WallTime now) {
    if (arrivals.empty()) co_return Arrived{};
    co_return co_await database_.write(
        [&](Write& write) -> Result<Arrived> { return sqlite::arrive(write, workspace, arrivals, *registry, now); });
}

Task<Result<std::vector<PendingReport>>> SqliteRunStore::reports(WorkspaceId workspace, std::size_t limit,
                                                                 WallTime now) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<PendingReport>> {
        return due_reports(connection, workspace, limit, now);
    });
}

Task<Result<void>> SqliteRunStore::settle_reports(std::vector<ReportSettlement> settlements) {
    if (settlements.empty()) co_return Result<void>{};
    co_return co_await database_.write([&](Write& write) -> Result<void> {
        for (const auto& settlement : settlements) settle_report(write, settlement);
        return {};
    });
}

Task<Result<DueRuns>> SqliteRunStore::due(WorkspaceId workspace, WallTime now, std::size_t limit,
                                          std::vector<std::int64_t> held) {
    co_return co_await database_.read(
        [&](Connection& connection) -> Result<DueRuns> { return due_runs(connection, workspace, now, limit, held); });
}

Task<Result<bool>> SqliteRunStore::write(RunWrite asked) {
    auto written = co_await group_.write([&](Write& write) { return write_run(write, asked); });
    if (!written) co_return written.error();
    co_return std::move(*written);
}

Task<Result<std::vector<PendingArrival>>> SqliteRunStore::awaited(Run run, WallTime since, std::int64_t behind) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<PendingArrival>> {
        return awaited_events(connection, run, since, behind, most_awaited);
    });
}

Task<Result<std::int64_t>> SqliteRunStore::fire_due(
    WorkspaceId workspace, std::shared_ptr<const Registry> registry,
    std::function<std::optional<WallTime>(const Trigger&, WallTime)> next, milliseconds grace, WallTime now) {
    co_return co_await database_.write([&](Write& write) -> Result<std::int64_t> {
        return sqlite::fire_due(write, workspace, *registry, next, grace, now);
    });
}

Task<Result<std::optional<WallTime>>> SqliteRunStore::next_fire(WorkspaceId workspace) {
    co_return co_await database_.read(
        [&](Connection& connection) -> Result<std::optional<WallTime>> { return soonest_fire(connection, workspace); });
}

Task<Result<std::vector<Firing>>> SqliteRunStore::open_firings(WorkspaceId workspace, std::size_t limit) {
    co_return co_await database_.read([&](Connection& connection) -> Result<std::vector<Firing>> {
        return sqlite::open_firings(connection, workspace, limit);
    });
}

Task<Result<bool>> SqliteRunStore::counted(Firing firing, WallTime now) {
    co_return co_await database_.write([&](Write& write) -> Result<bool> { return count_firing(write, firing, now); });
}

Task<Result<std::optional<std::int64_t>>> SqliteRunStore::enter(FiringPage page,
                                                                std::shared_ptr<const Registry> registry,
                                                                const TimeZones& zones, WallTime now) {
    co_return co_await database_.write([&](Write& write) -> Result<std::optional<std::int64_t>> {
        return enter_page(write, page, *registry, zones, now);
    });
}

Task<Result<bool>> SqliteRunStore::sweep(std::size_t rows, WallTime now) {
    co_return co_await database_.write(
        [&](Write& write) -> Result<bool> { return sweep_automations(write, rows, now); });
}

Task<Result<RunCounts>> SqliteRunStore::run_counts(WorkspaceId workspace) {
    co_return co_await database_.read(
        [&](Connection& connection) -> Result<RunCounts> { return sqlite::run_counts(connection, workspace); });
}

}  // namespace herald::sqlite
