#include "api/automation_body.hpp"

namespace herald::api {

void for_each_step(Arm& steps, const std::function<void(StepBody&)>& visit) {
    for (auto& step : steps.values) {
        visit(step);
        auto* branch = std::get_if<BranchStepBody>(&step.is);
        if (branch == nullptr) continue;
        for_each_step(branch->then, visit);
        if (branch->else_) for_each_step(*branch->else_, visit);
    }
}

void for_each_step(const Arm& steps, const std::function<void(const StepBody&)>& visit) {
    for (const auto& step : steps.values) {
        visit(step);
        const auto* branch = std::get_if<BranchStepBody>(&step.is);
        if (branch == nullptr) continue;
        for_each_step(branch->then, visit);
        if (branch->else_) for_each_step(*branch->else_, visit);
    }
}

void check(Decoder& decoder, const EntryBody& body) {
    if (decoder.failed("rule") || decoder.failed("cooldown_minutes")) return;
    if (body.rule == EntryRule::cooldown && !body.cooldown_minutes)
        decoder.fail_at("cooldown_minutes", FieldCode::required, "says how long nobody enters again");
    if (body.rule != EntryRule::cooldown && body.cooldown_minutes)
        decoder.fail_at("cooldown_minutes", FieldCode::not_allowed, "means something only with the rule cooldown");
}

void check(Decoder& decoder, const ExitBody& body) {
    if (!body.filter && !body.event && !decoder.failed("filter") && !decoder.failed("event"))
        decoder.fail(FieldCode::required, "exit criteria have a filter, an event or both");
}

void check(Decoder& decoder, const AutomationBody& body) {
    std::size_t steps = 0;
    for_each_step(body.steps, [&](const StepBody&) { ++steps; });
    if (steps > most_steps && !decoder.failed("steps"))
        decoder.fail_at("steps", FieldCode::too_many,
                        fmt::format("{} steps in all branches together, at most {} are taken", steps, most_steps));
}

}  // namespace herald::api
