#pragma once
// Who calls, and whether they may. Everything under /v1 is about a workspace and asks for a key; the process's own
// paths (probes, metrics, the contract) are open.

#include <array>
#include <memory>
#include <string_view>

#include "api/backend.hpp"
#include "api/routes.hpp"

namespace herald::api {

// The caller of one request.
struct Principal {
    std::string actor{};                  // empty: nobody who was let in
    std::shared_ptr<const ApiKey> key{};  // null on open paths, and where no key is needed
    Headers quota{};                      // what every answer says about the caller's quota; nothing without a key
};

// The problems of callers who are refused for what they are or do too often; counted by their code.
inline constexpr std::array<std::string_view, 5> access_problems{"key_required", "key_unknown", "scope_missing",
                                                                 "workspace_forbidden", "quota_exceeded"};
bool is_access_problem(std::string_view code);

bool needs_key(const Target& target);

// 401, without a key that is taken.
OrProblem<Principal> identify(const Backend& backend, const Target& target, const Headers& headers);

// Counts the request: 429 when the key's quota is used up. `route` is null when none takes the request. What stops
// messages is counted, and never refused.
std::optional<Problem> count(Backend& backend, Principal& caller, const Route* route);

// 403, when the key has not the scope of the route.
std::optional<Problem> check_scope(const Principal& caller, const Route& route);

// The workspace that the request is about. 403 for one that is not the key's; 400 when it has to be named and is not,
// or when there is no such one.
OrProblem<const Workspace*> workspace_of(const Backend& backend, const Principal& caller, const Route& route,
                                         const Headers& headers);

}  // namespace herald::api
