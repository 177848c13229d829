#pragma once
// The rows of removed automations and old events, in slices.

#include "adapters/store/sqlite/database.hpp"

namespace herald::sqlite {

// The automation is nobody's from now on: no question finds it, and none of its runs is due or noticed any more. Its
// first runs are cancelled at once, the others as their rows go.
void begin_removal_of_automation(Write& write, std::int64_t automation, WallTime now);

// Up to `rows` rows go. True: there is more.
bool sweep_automations(Write& write, std::size_t rows, WallTime now);

}  // namespace herald::sqlite
