#pragma once
// Events in memory, as the arrival loop sees them. What it does not ask for answers that the store is not there.

#include <string>
#include <vector>

#include "domain/ports/automation_store.hpp"

namespace herald::testing {

class FakeRuns final : public RunStore {
 public:
    Task<Result<std::vector<InUse>>> in_use(WorkspaceId) override { co_return std::vector<InUse>{}; }
    Task<Result<std::vector<PendingArrival>>> arrivals(WorkspaceId, std::int64_t after, std::size_t limit) override {
        ++asked;
        if (down) co_return gone();
        std::vector<PendingArrival> out;
        for (const auto& each : pending)
            if (each.number > after && out.size() < limit) out.push_back(each);
        co_return out;
    }
    Task<Result<Arrived>> arrive(WorkspaceId, std::vector<Arrival> arrivals, std::shared_ptr<const Registry>,
                                 WallTime) override {
        for (const auto& each : arrivals) {
            std::erase_if(pending, [&](const PendingArrival& one) { return one.number == each.number; });
            arrived.push_back((each.contact ? each.contact->id.value : std::string()) + " " + each.event.name);
        }
        co_return Arrived{};
    }

    Task<Result<std::vector<Taken>>> take(WorkspaceId, std::vector<IncomingEvent>, std::vector<bool>,
                                          WallTime) override {
        co_return gone();
    }
    Task<Result<bool>> known(WorkspaceId, std::string) override { co_return gone(); }
    Task<Result<std::vector<PendingReport>>> reports(WorkspaceId, std::size_t, WallTime) override { co_return gone(); }
    Task<Result<void>> settle_reports(std::vector<ReportSettlement>) override { co_return gone(); }
    Task<Result<DueRuns>> due(WorkspaceId, WallTime, std::size_t, std::vector<std::int64_t>) override {
        co_return gone();
    }
    Task<Result<bool>> write(RunWrite) override { co_return gone(); }
    Task<Result<std::vector<PendingArrival>>> awaited(Run, WallTime, std::int64_t) override { co_return gone(); }
    Task<Result<std::int64_t>> fire_due(WorkspaceId, std::shared_ptr<const Registry>,
                                        std::function<std::optional<WallTime>(const Trigger&, WallTime)>, milliseconds,
                                        WallTime) override {
        co_return gone();
    }
    Task<Result<std::optional<WallTime>>> next_fire(WorkspaceId) override { co_return gone(); }
    Task<Result<std::vector<Firing>>> open_firings(WorkspaceId, std::size_t) override { co_return gone(); }
    Task<Result<bool>> counted(Firing, WallTime) override { co_return gone(); }
    Task<Result<std::optional<std::int64_t>>> enter(FiringPage, std::shared_ptr<const Registry>, const TimeZones&,
                                                    WallTime) override {
        co_return gone();
    }
    Task<Result<bool>> sweep(std::size_t, WallTime) override { co_return gone(); }
    Task<Result<RunCounts>> run_counts(WorkspaceId) override { co_return gone(); }

    std::vector<PendingArrival> pending;
    std::vector<std::string> arrived;  // "contact event"
    int asked{};
    bool down{};

 private:
    static Error gone() { return {Errc::store_unavailable, {}}; }
};

}  // namespace herald::testing
