#include "tests/intercom_sim/fault_engine.hpp"

#include <algorithm>

namespace sim {

namespace {

bool fits(const FaultRule& rule, const FaultSubject& subject) {
    if (rule.action == FaultAction::refuse) return false;
    if (!rule.method.empty() && rule.method != subject.method) return false;
    if (rule.action == FaultAction::close_idle && !subject.reused) return false;
    if (rule.prefix) return subject.path.starts_with(rule.path);
    return rule.path == normal_template(subject.path_template);
}

}  // namespace

const FaultRule* FaultPlan::modifier(FaultAction action) const {
    const auto found = std::ranges::find(modifiers_, action, &FaultRule::action);
    return found == modifiers_.end() ? nullptr : *found;
}

std::string FaultPlan::names() const {
    std::string names;
    for (const FaultRule* rule : modifiers_) names.append(names.empty() ? "" : "+").append(action_name(rule->action));
    if (terminal_) names.append(names.empty() ? "" : "+").append(action_name(terminal_->action));
    return names;
}

void FaultEngine::load(std::vector<FaultRule> rules, std::int64_t now_ms) {
    rules_ = std::make_shared<std::vector<FaultRule>>(std::move(rules));
    start_ms_ = now_ms;
}

// Counts the match, and the application when it is due.
bool FaultEngine::due(FaultRule& rule, std::int64_t now_ms) {
    const double age_s = static_cast<double>(now_ms - start_ms_) / 1000;
    if (age_s < rule.at_s || age_s >= rule.at_s + rule.for_s) return false;
    if (++rule.seen <= rule.after || rule.applied >= rule.count) return false;
    if (rule.p < 1 && rng_.unit() >= rule.p) return false;
    ++rule.applied;
    return true;
}

FaultPlan FaultEngine::plan(const FaultSubject& subject, std::int64_t now_ms) {
    FaultPlan plan;
    if (rules_->empty()) return plan;
    plan.rules_ = rules_;
    for (FaultRule& rule : *rules_) {
        const bool modifier = is_modifier(rule.action);
        if (!modifier && (subject.refused || plan.terminal_)) continue;
        if (!fits(rule, subject)) continue;
        if (rule.if_status != 0) {
            plan.waiting_.push_back(&rule);
            continue;
        }
        if (!due(rule, now_ms)) continue;
        if (modifier) {
            plan.modifiers_.push_back(&rule);
        } else {
            plan.terminal_ = &rule;
        }
    }
    return plan;
}

void FaultEngine::settle(FaultPlan& plan, int status, std::int64_t now_ms) {
    for (FaultRule* rule : plan.waiting_) {
        if (rule->if_status == status && due(*rule, now_ms)) plan.modifiers_.push_back(rule);
    }
    plan.waiting_.clear();
}

bool FaultEngine::refuse_connection(std::int64_t now_ms) {
    for (FaultRule& rule : *rules_) {
        if (rule.action == FaultAction::refuse && due(rule, now_ms)) return true;
    }
    return false;
}

}  // namespace sim
