#include "domain/automation/report_loop.hpp"

#include <algorithm>
#include <utility>

namespace herald {
ReportSettlement report_settled(const PendingReport& report, const Error* error, WallTime now,
                                const ReportOptions& options) {
    ReportSettlement out;
    out.number = report.number;
    out.done = true;
    if (error == nullptr) return out;
    out.reason = name(error->code);
    if (!may_pass(error->code) || report.attempts + 1 >= options.most_attempts) return out;
    out.done = false;
    out.not_before = now + std::max(error->retry_after.value_or(options.rest), options.rest);
    return out;
}

ReportLoop::ReportLoop(boost::asio::any_io_executor loop, ReportPorts ports, WorkspaceId workspace,
                       ReportOptions options, std::function<void(std::string_view, const Error&)> trouble,
                       std::function<void(std::exception_ptr)> on_bug)
    : ports_(ports),
      workspace_(std::move(workspace)),
      options_(options),
      trouble_(std::move(trouble)),
      reports_(std::move(loop), ports.clock, std::move(on_bug)),
      wake_(ports.clock.make_alarm()) {}

void ReportLoop::stop() {
    stopping_ = true;
    wake_->ring();
}

Task<bool> ReportLoop::drain(SteadyTime deadline) {
    co_return co_await reports_.join(deadline);
}

Task<void> ReportLoop::run() {
    while (!stopping_) {
        co_await next_batch();  // each that ends wakes the loop
        if (!stopping_) co_await wake_->wait_until(ports_.clock.now() + options_.poll);
    }
}

Task<void> ReportLoop::next_batch() {
    const auto status = ports_.gate.status();
    const bool closed = status.waiting == WaitReason::circuit_open || status.waiting == WaitReason::credential;
    const std::size_t most = status.trial ? 1 : options_.at_once;
    if ((closed && !status.trial) || held_.size() >= most) co_return;
    // Those on their way are still among them.
    auto reports = co_await ports_.store.reports(workspace_, held_.size() + most, ports_.clock.wall_now());
    if (!reports) {
        trouble_("reports", reports.error());
        co_return;
    }
    for (auto& each : *reports) {
        if (stopping_ || held_.size() >= most) break;
        if (!held_.insert(each.number).second) continue;
        reports_.spawn(report(std::move(each)));
    }
}

Task<void> ReportLoop::report(PendingReport report) {
    const auto number = report.number;
    TrackedEvent event{report.event.name, std::chrono::floor<seconds>(report.event.at), {}, report.event.metadata};
    const auto tracked = co_await ports_.desk.track(report.event.contact, std::move(event),
                                                    Deadline::after(ports_.clock.now(), options_.deadline));
    if (!tracked) trouble_("report event", tracked.error());
    std::vector<ReportSettlement> settlement{
        report_settled(report, tracked ? nullptr : &tracked.error(), ports_.clock.wall_now(), options_)};
    const auto settled = co_await ports_.store.settle_reports(std::move(settlement));
    if (!settled) {
        trouble_("settle report", settled.error());
        if (!stopping_) co_await ports_.clock.sleep_for(options_.poll);
    }
    held_.erase(number);
    wake_->ring();
}

}  // namespace herald
