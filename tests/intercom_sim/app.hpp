#pragma once
// The way of one request through the stand-in, without sockets: arrive, execute, answer, finish.

#include "tests/intercom_sim/fault_effect.hpp"
#include "tests/intercom_sim/router.hpp"
#include "tests/intercom_sim/window_limiter.hpp"

namespace sim {

struct Exchange {
    Request request;
    Matched matched;
    std::optional<Reply> early;  // refused before execution
    FaultPlan faults;
    Course course;
    std::vector<std::pair<std::string, std::string>> rate_headers;
    std::string effect_fault;  // what the ledger says of an effect of this request
    std::int64_t delay_before_ms{};
    std::int64_t delay_after_ms{};
    int version{};

    std::string_view operation() const { return matched.route ? matched.route->name : "unknown"; }
};

class App {
 public:
    explicit App(const Options& options);  // throws std::runtime_error

    bool refuse_connection();
    static bool is_control(const Request& request) { return request.path.starts_with("/_sim/"); }
    Reply control(const Request& request);

    Exchange arrive(Request request);
    // Lets the request take effect, if it may, and makes the answer.
    Reply answer(Exchange& exchange);
    void finish(const Exchange& exchange, int status);  // status 0: no answer, or not a complete one

    const Options& options() const { return world_.options; }

 private:
    std::optional<Reply> check_headers(Exchange& exchange) const;
    std::optional<Reply> admit(Exchange& exchange);
    void plan_delays(Exchange& exchange);
    Reply execute(Exchange& exchange);

    World world_;
    WindowLimiter limiter_;
    FaultEngine faults_;
    Rng rng_;
    std::optional<LineFile> request_log_;
};

}  // namespace sim
