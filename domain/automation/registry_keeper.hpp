#pragma once
// Keeps the registry of one workspace as the store has it.

#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "domain/ports/automation_store.hpp"

namespace herald {

class RegistryKeeper {
 public:
    RegistryKeeper(RunStore& store, DefinitionReader reader, WorkspaceId workspace,
                   std::function<void(std::string_view where, const Error&)> trouble)
        : store_(store), reader_(std::move(reader)), workspace_(std::move(workspace)), trouble_(std::move(trouble)) {}

    // With everything that was changed before this was called. Errors: store_unavailable.
    Task<Result<std::shared_ptr<const Registry>>> fresh();
    // From the next fresh() on, the store is asked again.
    void changed() { ++wanted_; }

 private:
    // What a document said when it was read. That of a version changes when a person is erased from it.
    struct Read {
        std::size_t document{};  // its hash
        std::shared_ptr<const Definition> definition;
    };
    using Known = std::map<std::pair<AutomationId, std::int64_t>, Read>;
    std::shared_ptr<const Registry> build(const std::vector<InUse>& in_use);

    RunStore& store_;
    DefinitionReader reader_;
    WorkspaceId workspace_;
    std::function<void(std::string_view, const Error&)> trouble_;
    std::uint64_t wanted_{1};
    std::uint64_t seen_{};
    std::shared_ptr<const Registry> registry_;
    Known known_;  // all that the last look found in use
};

}  // namespace herald
