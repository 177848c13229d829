#pragma once
// The running engine of one workspace, as the API sees it.

#include <vector>

#include "domain/ports/automation_store.hpp"

namespace herald {

class AutomationEngine {
 public:
    virtual ~AutomationEngine() = default;

    // Takes events in: those whose id is known already are duplicates and change nothing; the others are durable when
    // this returns, and what they trigger happens soon. At most 1,000. Also while the service drains. Errors:
    // store_unavailable.
    virtual Task<Result<std::vector<Taken>>> take(std::vector<IncomingEvent> events) = 0;

    // Whether an event of that id was taken already. Errors: store_unavailable.
    virtual Task<Result<bool>> known(std::string id) = 0;

    // An automation was created, changed, activated, deactivated, confirmed or removed, or a person erased from one:
    // look again.
    virtual void changed() = 0;
};

}  // namespace herald
