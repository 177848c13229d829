#pragma once
// Deliveries, audiences and people in memory, for tests of the API.

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/ports/audience_reader.hpp"
#include "domain/ports/delivery_records.hpp"
#include "domain/ports/delivery_store.hpp"
#include "domain/ports/messenger.hpp"

namespace herald::test {

class FakeRecords final : public DeliveryRecords {
 public:
    std::optional<Error> fails;
    std::map<std::int64_t, DeliveryDetails> known;
    std::vector<Caller> callers;
    std::vector<ResolveRequest> resolved_;
    std::map<std::string, std::pair<std::string, std::string>> stored;  // key -> request hash, answer

    Task<Result<DeliveryDetails>> get(WorkspaceId, std::int64_t number) override {
        if (fails) co_return *fails;
        const auto found = known.find(number);
        if (found == known.end()) co_return Error{Errc::not_found, "no such delivery"};
        co_return found->second;
    }
    Task<Result<ResolvedDelivery>> resolve(Caller caller, ResolveRequest request, Idempotency idempotency,
                                           Render render) override {
        if (fails) co_return *fails;
        if (const auto old = stored.find(idempotency.key); !idempotency.key.empty() && old != stored.end()) {
            if (old->second.first != idempotency.request_hash) co_return Error{Errc::key_reused, "another request"};
            co_return ResolvedDelivery{{}, old->second.second};
        }
        const auto found = known.find(request.number);
        if (found == known.end()) co_return Error{Errc::not_found, "no such delivery"};
        const auto to = resolved(found->second.record.state, request.outcome);
        if (!to) co_return to.error();
        found->second.record.state = *to;
        found->second.resolutions.push_back({request.outcome, request.now, caller.actor, request.note});
        callers.push_back(std::move(caller));
        resolved_.push_back(request);
        if (!idempotency.key.empty()) stored[idempotency.key] = {idempotency.request_hash, render(found->second)};
        co_return ResolvedDelivery{found->second, {}};
    }
};

class FakeAudiences final : public AudienceReader {
 public:
    std::optional<Error> fails;
    std::vector<AudienceMember> members;  // their positions are their places

    Task<Result<std::vector<AudienceMember>>> slice(WorkspaceId, CampaignId, std::int64_t first,
                                                    std::size_t limit) override {
        if (fails) co_return *fails;
        std::vector<AudienceMember> out;
        for (const auto& member : members)
            if (member.position >= first && out.size() < limit) out.push_back(member);
        co_return out;
    }
    Task<Result<std::vector<AudienceMember>>> at(WorkspaceId, CampaignId,
                                                 std::vector<std::int64_t> positions) override {
        if (fails) co_return *fails;
        std::vector<AudienceMember> out;
        for (const auto position : positions)
            if (const auto found = std::ranges::find(members, position, &AudienceMember::position);
                found != members.end())
                out.push_back(*found);
        co_return out;
    }
};

class FakeMemory final : public ContactMemory {
 public:
    std::map<ContactRef, Contact> known;

    Task<Result<std::vector<std::optional<Contact>>>> recall(WorkspaceId, std::vector<ContactRef> refs,
                                                             WallTime) override {
        std::vector<std::optional<Contact>> out;
        for (const auto& ref : refs) {
            const auto found = known.find(ref);
            out.push_back(found == known.end() ? std::nullopt : std::optional(found->second));
        }
        co_return out;
    }
    int writes{};
    Task<Result<void>> remember(WorkspaceId, std::vector<Remembered>, WallTime) override {
        ++writes;
        co_return Result<void>{};
    }
    Task<Result<void>> forget(WorkspaceId, ContactId) override {
        ++writes;
        co_return Result<void>{};
    }
};

class FakeDirectory final : public ContactDirectory {
 public:
    std::map<ContactRef, Contact> known;  // others are not found
    std::optional<Error> fails;
    std::string unanswerable;  // a reference that spoils every call it is in
    std::vector<std::size_t> asked;

    Task<Result<std::vector<Lookup>>> find(std::vector<ContactRef> refs, Deadline) override {
        asked.push_back(refs.size());
        if (fails) co_return *fails;
        std::vector<Lookup> out;
        for (const auto& ref : refs) {
            if (ref.value == unanswerable) co_return Error{Errc::content_rejected, "400"};
            const auto found = known.find(ref);
            out.push_back(found == known.end() ? Lookup{{}, SkipReason::not_found} : Lookup{found->second, {}});
        }
        co_return out;
    }
};

}  // namespace herald::test
