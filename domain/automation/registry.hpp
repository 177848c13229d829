#pragma once
// The definitions that are in use, as they stand between two changes. Immutable once built, so that the store's thread
// may look at it.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "domain/automation/admission.hpp"
#include "domain/automation/automation.hpp"

namespace herald {

struct Registry {
    struct Active {
        AutomationId id;
        std::int64_t version{};
        std::shared_ptr<const Definition> definition;
    };
    std::vector<Active> active;  // what new runs begin with
    // Every version that is active or has a run under way.
    std::map<std::pair<AutomationId, std::int64_t>, std::shared_ptr<const Definition>> versions;
    std::vector<std::string> metrics;  // whose values are remembered; each once

    const Definition* find(const AutomationId& id, std::int64_t version) const;
    // Whether anybody looks at the event: it may start a run, wake or end one, or carries a value to remember.
    bool concerned(const IncomingEvent& event) const;
    // Whether a run under way may wait for an event of that name, or leave because of it.
    bool awaited(const std::string& event) const;
};

}  // namespace herald
