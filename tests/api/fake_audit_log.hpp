#pragma once
// An AuditLog in memory, with a digest that is good enough for tests.

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/ports/audit_log.hpp"

namespace herald::test {

class FakeAuditLog final : public AuditLog {
 public:
    std::optional<Error> fails;
    std::vector<AuditEntry> entries;  // of one workspace, in the order of the chain
    std::optional<AuditQuery> asked;
    WorkspaceId asked_for;
    std::size_t slice{2};
    std::function<void()> before_slice;

    void add(WallTime at, std::string actor, std::string action, std::string resource, AuditDetails details = {}) {
        const auto n = static_cast<std::int64_t>(entries.size()) + 1;
        AuditEntry entry{.number = 100 + n,
                         .workspace = {"acme"},
                         .position = n,
                         .at = at,
                         .actor = std::move(actor),
                         .request_id = "req_7",
                         .record = {std::move(action), std::move(resource), std::move(details)},
                         .hash = {}};
        entry.hash = digest()(canonical(head().hash, entry));
        entries.push_back(std::move(entry));
    }
    ChainHead head() const {
        return entries.empty() ? ChainHead{}
                               : ChainHead{static_cast<std::int64_t>(entries.size()), entries.back().hash};
    }

    Task<Result<std::vector<AuditEntry>>> list(WorkspaceId workspace, AuditQuery query) override {
        asked_for = std::move(workspace);
        asked = query;
        if (fails) co_return *fails;
        const auto place = [](const AuditEntry& e) { return std::pair(e.at, e.number); };
        std::vector<AuditEntry> out;
        for (const auto& entry : entries) {
            if (query.actor && entry.actor != *query.actor) continue;
            if (query.action && entry.record.action != *query.action) continue;
            if (query.resource && entry.record.resource != *query.resource) continue;
            if ((query.from && entry.at < *query.from) || (query.to && entry.at >= *query.to)) continue;
            const auto after =
                query.after ? std::optional(std::pair(query.after->at, query.after->number)) : std::nullopt;
            if (after && (query.ascending ? place(entry) <= *after : place(entry) >= *after)) continue;
            out.push_back(entry);
        }
        std::ranges::sort(out, {}, place);
        if (!query.ascending) std::ranges::reverse(out);
        if (out.size() > query.limit) out.resize(query.limit);
        co_return out;
    }

    Task<Result<void>> check_some(WorkspaceId workspace, ChainCheck& check) override {
        asked_for = std::move(workspace);
        if (fails) co_return *fails;
        if (before_slice) before_slice();
        std::vector<AuditEntry> some;
        for (const auto& entry : entries)
            if (entry.position > check.seen().value_or(0) && some.size() < slice) some.push_back(entry);
        check.look_at(some, head(), some.size() < slice);
        co_return Result<void>{};
    }

    Digest digest() const override {
        return [](std::string_view bytes) { return std::to_string(std::hash<std::string_view>{}(bytes)); };
    }
};

}  // namespace herald::test
