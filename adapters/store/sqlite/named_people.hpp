#pragma once
// People who are named in the audiences of automations: the only place of a stored document that is looked through for
// a person.

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/store/sqlite/database.hpp"
#include "adapters/store/sqlite/person.hpp"

namespace herald::sqlite {

// A version whose audience names the person, and what it says without them. An audience that named nobody else and has
// no other source stays as an empty list.
struct NamedIn {
    std::int64_t automation{};
    std::string id;
    std::int64_t version{};
    std::string without;
    bool firing{};  // somebody still counts or loads that audience
};

// Also in automations that were removed and are not gone yet.
std::vector<NamedIn> find_named(Connection& connection, const WorkspaceId& workspace, const Person& person);

// Nobody who has read an automation before can store it, or activate it, as they read it.
void forget_named(Write& write, const std::vector<NamedIn>& found);

}  // namespace herald::sqlite
