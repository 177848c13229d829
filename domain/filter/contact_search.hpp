#pragma once
// Which filters Intercom's contact search can answer, and why not the others. Rules: API.md 3.3.

#include <string>
#include <string_view>
#include <vector>

#include "domain/core/time.hpp"
#include "domain/filter/check.hpp"

namespace herald {

// Every mistake, in the order of the tree. Empty: it can be searched for, as far as that is known here. Whether an
// attribute exists, and of which type it is, only Intercom knows.
std::vector<FilterRefusal> refused_by_contact_search(const Filter& filter);

// The filter for a search at `now`: what is relative to it becomes two comparisons with a date. The search looks at
// whole days of the workspace, so the last seven days are today and the six before it, the next seven today and the
// six after it. The filter is one that is not refused.
Filter searchable_at(const Filter& filter, WallTime now);

}  // namespace herald
