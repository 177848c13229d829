#pragma once
// An AutomationStore and an AutomationEngine in memory, with their promises about keys, versions and repeated events.

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "domain/ports/automation_engine.hpp"
#include "domain/ports/webhooks.hpp"

namespace herald::test {

class FakeAutomationStore final : public AutomationStore {
 public:
    std::optional<Error> fails;           // what every function answers
    std::vector<Automation> automations;  // in the order of creation
    std::vector<AutomationVersion> all_versions;
    std::vector<Run> all_runs;
    std::map<std::int64_t, std::vector<TraceEntry>> traces;
    std::vector<Caller> callers;
    std::function<void()> before_write = [] {};  // by edit, activate and remove, before they look at the automation
    std::map<std::string, EventRecord> events;

    Automation& only() { return automations.at(0); }

    Task<Result<WrittenAutomation>> create(Caller caller, Automation automation, AutomationRequest request) override {
        if (fails) co_return *fails;
        callers.push_back(caller);
        if (auto stored = find(caller.workspace, request)) co_return *std::move(stored);
        automations.push_back(automation);
        add_version(automation, caller, automation.created_at);
        co_return keep(automation, request);
    }

    Task<Result<WrittenAutomation>> edit(Caller caller, AutomationId id, std::int64_t revision, AutomationEdit edited,
                                         WallTime now, AutomationRequest request) override {
        if (fails) co_return *fails;
        before_write();
        if (auto stored = find(caller.workspace, request)) co_return *std::move(stored);
        auto* found = find(id);
        if (found == nullptr) co_return missing();
        if (found->revision != revision) co_return Error{Errc::stale, "the automation has changed meanwhile"};
        ++found->revision;
        const bool another = found->document != edited.document;
        found->name = edited.name;
        found->document = edited.document;
        found->trigger_type = edited.trigger_type;
        found->action_count = edited.action_count;
        if (!edited.keeps_schedule) found->next_fire_at = edited.next_fire_at;
        found->updated_at = now;
        if (another) {
            ++found->version;
            add_version(*found, caller, now);
        }
        co_return keep(*found, request);
    }

    Task<Result<WrittenAutomation>> activate(Caller caller, AutomationId id, std::int64_t revision,
                                             std::optional<WallTime> next_fire_at, WallTime now,
                                             AutomationRequest request) override {
        before_write();
        if (const auto* found = find(id); found != nullptr && found->revision != revision)
            co_return Error{Errc::stale, "the automation has changed meanwhile"};
        auto written = co_await change(std::move(caller), std::move(id), AutomationState::active, next_fire_at, now,
                                       std::move(request));
        co_return written;
    }
    Task<Result<WrittenAutomation>> deactivate(Caller caller, AutomationId id, WallTime now,
                                               AutomationRequest request) override {
        return change(std::move(caller), std::move(id), AutomationState::inactive, {}, now, std::move(request));
    }

    Task<Result<WrittenAutomation>> remove(Caller caller, AutomationId id, std::optional<std::int64_t> revision,
                                           WallTime, AutomationRequest request) override {
        if (fails) co_return *fails;
        before_write();
        if (auto stored = find(caller.workspace, request)) co_return *std::move(stored);
        auto* found = find(id);
        if (found == nullptr) co_return missing();
        if (found->state == AutomationState::active)
            co_return Error{Errc::conflict, "the automation is active: deactivate it first"};
        if (revision && found->revision != *revision) co_return Error{Errc::stale, "it has changed meanwhile"};
        const auto written = keep(*found, request);
        automations.erase(automations.begin() + (found - automations.data()));
        co_return written;
    }

    Task<Result<WrittenAutomation>> confirm(Caller caller, AutomationId id, std::int64_t firing, WallTime now,
                                            AutomationRequest request) override {
        if (fails) co_return *fails;
        if (auto stored = find(caller.workspace, request)) co_return *std::move(stored);
        auto* found = find(id);
        if (found == nullptr) co_return missing();
        auto& last = found->last_firing;
        if (!last || last->number != firing || last->state != FiringState::confirming)
            co_return Error{Errc::conflict, "no such firing waits for confirmation"};
        last->state = FiringState::loading;
        found->updated_at = now;
        co_return keep(*found, request);
    }

    Task<Result<std::optional<std::string>>> replay(WorkspaceId workspace, std::string scope, std::string key,
                                                    std::string request_hash, WallTime) override {
        if (fails) co_return *fails;
        const auto found = find(workspace, {std::move(scope), std::move(key), std::move(request_hash), {}, {}});
        if (!found) co_return std::nullopt;
        if (!*found) co_return found->error();
        co_return (*found)->replay;
    }

    Task<Result<Automation>> get(WorkspaceId, AutomationId id) override {
        if (fails) co_return *fails;
        const auto* found = find(id);
        if (found == nullptr) co_return missing();
        co_return *found;
    }

    Task<Result<std::vector<Automation>>> list(WorkspaceId, AutomationQuery query) override {
        if (fails) co_return *fails;
        std::vector<Automation> out;
        for (const auto& each : automations) {
            if (query.state && each.state != *query.state) continue;
            if (query.after && (query.ascending ? each.id <= *query.after : each.id >= *query.after)) continue;
            out.push_back(each);
        }
        std::ranges::sort(out, {}, &Automation::id);
        if (!query.ascending) std::ranges::reverse(out);
        if (out.size() > query.limit) out.resize(query.limit);
        co_return out;
    }

    Task<Result<std::vector<AutomationVersion>>> versions(WorkspaceId, AutomationId id,
                                                          std::optional<std::int64_t> before,
                                                          std::size_t limit) override {
        if (fails) co_return *fails;
        if (find(id) == nullptr) co_return missing();
        std::vector<AutomationVersion> out;
        for (const auto& each : all_versions)
            if (each.automation == id && (!before || each.number < *before)) out.insert(out.begin(), each);
        if (out.size() > limit) out.resize(limit);
        co_return out;
    }

    Task<Result<std::vector<Run>>> runs(WorkspaceId, RunQuery query) override {
        if (fails) co_return *fails;
        std::vector<Run> out;
        for (const auto& run : all_runs) {
            if (run.automation != query.automation || (query.state && run.state != *query.state)) continue;
            if (query.contact && run.contact != *query.contact) continue;
            if (query.after && (query.ascending ? run.number <= *query.after : run.number >= *query.after)) continue;
            out.push_back(run);
        }
        std::ranges::sort(out, {}, &Run::number);
        if (!query.ascending) std::ranges::reverse(out);
        if (out.size() > query.limit) out.resize(query.limit);
        co_return out;
    }
    Task<Result<Run>> run(WorkspaceId, std::int64_t number) override {
        if (fails) co_return *fails;
        const auto found = std::ranges::find(all_runs, number, &Run::number);
        if (found == all_runs.end()) co_return Error{Errc::not_found, "there is no such run"};
        co_return *found;
    }
    Task<Result<std::vector<TraceEntry>>> trace(WorkspaceId, std::int64_t number) override {
        if (fails) co_return *fails;
        co_return traces[number];
    }
    Task<Result<Run>> cancel_run(Caller caller, std::int64_t number, WallTime now) override {
        if (fails) co_return *fails;
        callers.push_back(std::move(caller));
        const auto found = std::ranges::find(all_runs, number, &Run::number);
        if (found == all_runs.end()) co_return Error{Errc::not_found, "there is no such run"};
        if (found->state != RunState::active) co_return Error{Errc::conflict, "the run has ended"};
        found->state = RunState::cancelled;
        found->ended_at = now;
        co_return *found;
    }
    Task<Result<EventRecord>> event(WorkspaceId, std::string id) override {
        if (fails) co_return *fails;
        const auto found = events.find(id);
        if (found == events.end()) co_return Error{Errc::not_found, "there is no such event"};
        co_return found->second;
    }

 private:
    struct Stored {
        std::string request_hash;
        std::string answer;
    };
    using Key = std::tuple<std::string, std::string, std::string>;

    static Error missing() { return {Errc::not_found, "there is no such automation"}; }

    Task<Result<WrittenAutomation>> change(Caller caller, AutomationId id, AutomationState state,
                                           std::optional<WallTime> next_fire_at, WallTime now,
                                           AutomationRequest request) {
        if (fails) co_return *fails;
        callers.push_back(caller);
        if (auto stored = find(caller.workspace, request)) co_return *std::move(stored);
        auto* found = find(id);
        if (found == nullptr) co_return missing();
        if (found->state == state) co_return keep(*found, request);
        found->state = state;
        found->next_fire_at = next_fire_at;
        found->updated_at = now;
        ++found->revision;
        co_return keep(*found, request);
    }

    void add_version(const Automation& automation, const Caller& caller, WallTime now) {
        all_versions.push_back({automation.id, automation.version, automation.document, now, caller.actor});
    }
    Automation* find(const AutomationId& id) {
        const auto found = std::ranges::find(automations, id, &Automation::id);
        return found == automations.end() ? nullptr : &*found;
    }
    std::optional<Result<WrittenAutomation>> find(const WorkspaceId& workspace, const AutomationRequest& request) {
        if (request.key.empty()) return {};
        const auto found = stored_.find({workspace.value, request.scope, request.key});
        if (found == stored_.end()) return {};
        if (found->second.request_hash != request.request_hash)
            return Error{Errc::key_reused, "the idempotency key was used for a different request"};
        return WrittenAutomation{{}, found->second.answer};
    }
    WrittenAutomation keep(const Automation& automation, const AutomationRequest& request) {
        if (!request.key.empty())
            stored_[{automation.workspace.value, request.scope, request.key}] = {request.request_hash,
                                                                                 request.render(automation)};
        return {automation, {}};
    }

    std::map<Key, Stored> stored_;
};

class FakeAutomationEngine final : public AutomationEngine {
 public:
    std::vector<IncomingEvent> events;
    std::vector<std::size_t> batches;
    int failures{};  // so many calls of take() fail
    int changes{};

    Task<Result<std::vector<Taken>>> take(std::vector<IncomingEvent> batch) override {
        if (failures > 0) {
            --failures;
            co_return Error{Errc::store_unavailable, "no"};
        }
        batches.push_back(batch.size());
        std::vector<Taken> out;
        for (auto& event : batch) {
            const bool known = !ids_.insert(event.id).second;
            out.push_back({event.id, known});
            if (!known) events.push_back(std::move(event));
        }
        co_return out;
    }
    Task<Result<bool>> known(std::string id) override { co_return ids_.contains(id); }
    void changed() override { ++changes; }

 private:
    std::set<std::string> ids_;
};

class FakeWebhooks final : public Webhooks {
 public:
    bool signs{true};

    std::optional<std::string> refusal(const std::string& url) const override {
        if (!url.starts_with("https://")) return "only https is called";
        if (url.starts_with("https://10.")) return "10.0.0.1 is not a public address";
        return {};
    }
    bool can_sign() const override { return signs; }
    Task<Result<void>> post(WebhookCall, Deadline) override { co_return Result<void>{}; }
};

}  // namespace herald::test
