#pragma once
// Reports events to Intercom that were taken without waiting for it: those of batches, and `automation_triggered`. Each
// keeps its time, so that a repetition is the same event to Intercom.

#include <functional>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "domain/contact/desk.hpp"
#include "domain/core/scope.hpp"
#include "domain/ports/automation_store.hpp"

namespace herald {

struct ReportOptions {
    std::size_t at_once{16};
    milliseconds poll{1'000};
    milliseconds deadline{60'000};      // of one event with its retries
    milliseconds rest{10'000};          // before one is tried again,
    std::int64_t most_attempts{8'000};  // which is a day of trying
};

struct ReportPorts {
    RunStore& store;
    ContactDesk& desk;
    SendGate& gate;
    Clock& clock;
};

// What follows from the end of a report. Pure.
ReportSettlement report_settled(const PendingReport& report, const Error* error, WallTime now,
                                const ReportOptions& options);

class ReportLoop {
 public:
    ReportLoop(boost::asio::any_io_executor loop, ReportPorts ports, WorkspaceId workspace, ReportOptions options,
               std::function<void(std::string_view where, const Error&)> trouble,
               std::function<void(std::exception_ptr)> on_bug);

    Task<void> run();  // until stop(). Spawn it once.
    void wake() { wake_->ring(); }
    void stop();
    // After stop(): waits for those on their way. One that is not stored any more is reported again by the next
    // process: to Intercom it is the same event.
    Task<bool> drain(SteadyTime deadline);

 private:
    Task<void> next_batch();
    Task<void> report(PendingReport report);

    ReportPorts ports_;
    WorkspaceId workspace_;
    ReportOptions options_;
    std::function<void(std::string_view, const Error&)> trouble_;
    Scope reports_;
    std::unique_ptr<Alarm> wake_;
    std::set<std::int64_t> held_;  // on their way
    bool stopping_{};
};

}  // namespace herald
