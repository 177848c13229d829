#pragma once
// Writes whose effect is at Intercom: executed at most once for the caller's key, whatever happens to the answer.

#include <functional>

#include "api/backend.hpp"
#include "domain/ports/request_log.hpp"

namespace herald::api {

inline constexpr std::chrono::days operation_answer_kept{7};

// What a known key is answered with: the stored answer, 409 while it runs, and outcome_unknown when the process ended
// in between. nullopt: the key is new.
std::optional<Answer> answer_of(const KeyRecord& record);

// What was done: the answer, whom it was about (for the kept answer), and what the audit chain says of it.
struct Executed {
    Answer answer;
    std::string resource{};
    std::optional<AuditRecord> record{};
};

// Executes unless the key is known, or Intercom cannot be called now. An answer and an unknown outcome are kept; any
// other problem means that nothing was done, and frees the key.
Task<Answer> run_once(Backend& backend, const Call& call, RequestKey key, Deadline deadline,
                      std::function<Task<Executed>()> execute);

// The same for what needs no Intercom: executes unless the key is known.
Task<Answer> run_here_once(Backend& backend, const Call& call, RequestKey key, std::function<Task<Executed>()> execute);

// An operation on `contact` that failed; an unknown outcome is audited as `action`.
Executed failed(Problem problem, std::string_view action, const ContactRef& contact);

// What a request with this key is answered with before anything is done for it: what is known about the key, or why
// Intercom cannot be called now. nullopt: go on.
Task<std::optional<Answer>> answered_at_once(Backend& backend, const Call& call, const RequestKey& key,
                                             Deadline deadline);

// An outcome as it is kept for the key; nullopt when the key is to be free again.
std::optional<std::string> kept(const Call& call, const Answer& answer, WallTime now);

// Records what has taken place, and tries again for a few seconds when the store is in trouble. If it stays so, the
// key remains taken: rather no answer to a repetition than a second effect.
Task<void> persist(Clock& clock, std::function<Task<Result<void>>()> write);

// What an error of an operation on a contact means to the caller, whose deadline it was.
Problem operation_problem(const Error& error, Deadline deadline, SteadyTime now);

}  // namespace herald::api
