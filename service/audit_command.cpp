#include "service/audit_command.hpp"

#include <cstdio>
#include <stdexcept>

#include <fmt/format.h>

#include "adapters/store/sqlite/audit.hpp"
#include "adapters/store/sqlite/sha256.hpp"

namespace herald::service {
namespace {

constexpr std::size_t slice = 5'000;
constexpr milliseconds busy_timeout{5'000};

bool has_chains(sqlite::Connection& connection) {
    return connection.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'audit_heads'").next();
}

bool verify_workspace(sqlite::Connection& connection, const WorkspaceId& workspace) {
    ChainCheck check(sqlite::sha256);
    while (!check.ended()) {
        const sqlite::Transaction snapshot(connection, sqlite::Transaction::Kind::snapshot);
        sqlite::check_chain(connection, workspace, check, slice);
    }
    if (const auto& broken = check.broken())
        fmt::print("{}: BROKEN, {}; the {} before it are right\n", workspace.value, describe(*broken), check.good());
    else
        fmt::print("{}: {} entries, intact, head {}\n", workspace.value, check.good(), check.head());
    return !check.broken();
}

}  // namespace

int verify_audit(const std::filesystem::path& data_directory) {
    const auto file = data_directory / "herald.db";
    if (!std::filesystem::exists(file)) throw std::runtime_error(fmt::format("there is no {}", file.string()));
    sqlite::Connection connection(file, sqlite::Connection::Mode::read, busy_timeout);
    if (!has_chains(connection))
        throw std::runtime_error(
            fmt::format("{} has no audit chain: it is older than the audit, or not herald's", file.string()));
    const auto workspaces = sqlite::audited_workspaces(connection);
    if (workspaces.empty()) fmt::print("there are no audit entries\n");
    bool intact = true;
    for (const auto& workspace : workspaces) intact &= verify_workspace(connection, workspace);
    return intact ? 0 : 1;
}

}  // namespace herald::service
