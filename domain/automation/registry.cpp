#include "domain/automation/registry.hpp"

#include <algorithm>

namespace herald {

const Definition* Registry::find(const AutomationId& id, std::int64_t version) const {
    const auto found = versions.find({id, version});
    return found == versions.end() ? nullptr : found->second.get();
}

bool Registry::concerned(const IncomingEvent& event) const {
    if (!values_in(event, metrics).empty()) return true;
    if (event.kind == IncomingEvent::Kind::event && awaited(event.name)) return true;
    return std::ranges::any_of(active, [&](const Active& each) { return concerns(each.definition->trigger, event); });
}

bool Registry::awaited(const std::string& event) const {
    return std::ranges::any_of(versions, [&](const auto& each) {
        const Definition& definition = *each.second;
        if (definition.exit.event == event) return true;
        return std::ranges::any_of(definition.program, [&](const Step& step) {
            const auto* wait = std::get_if<WaitStep>(&step.rule);
            return wait != nullptr && wait->event == event;
        });
    });
}

}  // namespace herald
