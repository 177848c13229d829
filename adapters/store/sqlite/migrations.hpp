#pragma once
// The schema, as numbered steps that only go forward. A step that has been released never changes.

#include <span>

#include "adapters/store/sqlite/connection.hpp"

namespace herald::sqlite {

struct Migration {
    int version{};
    const char* sql{};
};

std::span<const Migration> migrations();

// Applies what is missing, each step in a transaction of its own. Throws std::runtime_error when the
// database is from a newer version of the program.
void migrate(Connection& connection, std::span<const Migration> steps = migrations());

}  // namespace herald::sqlite
