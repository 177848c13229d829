#pragma once
// Runs begin, move and end; the counts of their automations move with them.

#include <optional>
#include <span>

#include "adapters/store/sqlite/database.hpp"
#include "domain/ports/automation_store.hpp"

namespace herald::sqlite {

inline constexpr std::int64_t most_trace_entries = 1'000;  // of one run

// The run's automation, by its row, and the firing that began it, if one did. Gives the run its number.
void insert_run(Write& write, std::int64_t automation, Run& run, std::span<const TraceEntry> trace,
                std::optional<std::int64_t> firing);

// False: somebody else wrote it meanwhile, or its automation was removed; nothing was written. Error: conflict, its
// trace would become too long.
Result<bool> save_run(Write& write, const Run& run, std::span<const TraceEntry> trace);

// One more entry of the trace; one that is full stays as it is.
void extend_trace(Write& write, std::int64_t run, const TraceEntry& entry);

// As RunStore::write.
Result<bool> write_run(Write& write, const RunWrite& run);
Result<Run> cancel_run(Write& write, const Caller& caller, std::int64_t number, WallTime now);

// The exit event of a run came while a step of it is on the wire: its executor still writes the run.
void leave_run(Write& write, const Run& run);

}  // namespace herald::sqlite
