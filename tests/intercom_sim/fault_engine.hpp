#pragma once
// Decides, request by request and with a seeded generator, which faults apply.

#include <memory>

#include "tests/intercom_sim/fault_rule.hpp"
#include "tests/intercom_sim/rng.hpp"

namespace sim {

struct FaultSubject {
    std::string_view method;
    std::string_view path;           // as requested
    std::string_view path_template;  // empty: no such operation
    bool reused{};                   // the connection has carried a request before
    bool refused{};                  // 401, 406, 429 …: only modifiers apply
};

class FaultPlan {
 public:
    const FaultRule* terminal() const { return terminal_; }
    const std::vector<const FaultRule*>& modifiers() const { return modifiers_; }
    const FaultRule* modifier(FaultAction action) const;
    std::string names() const;  // "latency+commit_then_502", empty: none

 private:
    friend class FaultEngine;
    std::shared_ptr<std::vector<FaultRule>> rules_;  // a plan outlives the replacement of its script
    const FaultRule* terminal_{};
    std::vector<const FaultRule*> modifiers_;
    std::vector<FaultRule*> waiting_;  // depend on the status of the answer
};

class FaultEngine {
 public:
    explicit FaultEngine(std::uint64_t seed) : rng_(seed) {}

    // "at" counts from here.
    void load(std::vector<FaultRule> rules, std::int64_t now_ms);
    FaultPlan plan(const FaultSubject& subject, std::int64_t now_ms);
    // Decides what depends on the status of the answer (add_headers with if_status).
    void settle(FaultPlan& plan, int status, std::int64_t now_ms);
    bool refuse_connection(std::int64_t now_ms);
    std::size_t size() const { return rules_->size(); }

 private:
    bool due(FaultRule& rule, std::int64_t now_ms);

    Rng rng_;
    std::shared_ptr<std::vector<FaultRule>> rules_ = std::make_shared<std::vector<FaultRule>>();
    std::int64_t start_ms_{};
};

}  // namespace sim
