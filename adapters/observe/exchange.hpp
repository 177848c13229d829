#pragma once
// The bare transport with every attempt counted: sends, reads, retries and the gate's own questions alike.

#include "adapters/http/exchange.hpp"
#include "adapters/observe/metrics.hpp"

namespace herald::observe {

class CountedExchange final : public http::Exchange {
 public:
    CountedExchange(http::Exchange& wire, Metrics& metrics) : wire_(wire), metrics_(metrics) {}
    Task<http::Outcome> send(const http::Call& call, Deadline deadline) override;

 private:
    http::Exchange& wire_;
    Metrics& metrics_;
};

}  // namespace herald::observe
