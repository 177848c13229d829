#pragma once
// The bare transport with every attempt counted: sends, reads, retries and the gate's own questions alike. Those made
// for a request are logged too, with its trace; the sending loops make thousands a minute, for which the metrics stand.

#include <utility>

#include "adapters/http/exchange.hpp"
#include "adapters/observe/log.hpp"
#include "adapters/observe/metrics.hpp"

namespace herald::observe {

class CountedExchange final : public http::Exchange {
 public:
    CountedExchange(http::Exchange& wire, Metrics& metrics, Log& log, Clock& clock, WorkspaceId workspace)
        : wire_(wire), metrics_(metrics), log_(log), clock_(clock), workspace_(std::move(workspace)) {}
    Task<http::Outcome> send(const http::Call& call, Deadline deadline) override;

 private:
    void log_attempt(const http::Call& call, const http::Outcome& outcome, TraceId trace, SteadyTime begun);

    http::Exchange& wire_;
    Metrics& metrics_;
    Log& log_;
    Clock& clock_;
    WorkspaceId workspace_;
};

}  // namespace herald::observe
