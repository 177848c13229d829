// GET /v1/automations/{id}/runs, GET /v1/runs/{run} and POST /v1/runs/{run}/cancel

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "api/automation_document.hpp"
#include "api/campaign_view.hpp"
#include "api/cursor.hpp"
#include "api/handlers.hpp"
#include "api/lists.hpp"
#include "api/operations.hpp"
#include "api/run_view.hpp"
#include "api/shapes.hpp"
#include "domain/audit/operation_records.hpp"

namespace herald::api {
namespace {

constexpr std::string_view cancel_scope = "POST /v1/runs/{run}/cancel";
constexpr std::size_t normal_limit = 50;
constexpr std::size_t largest_limit = 100;
constexpr std::size_t longest_contact = 64;

std::string list_name(const AutomationId& automation, Order order) {
    return fmt::format("runs-{}-{}", automation.value, Names<Order>::name(order));
}

// What is no id at all is not found either.
OrProblem<std::int64_t> run_of(const Call& call) {
    const auto number = number_of_id("run", call.captured.front());
    if (!number) return std::unexpected(problem(Error{Errc::not_found, "there is no such run"}));
    return *number;
}

OrProblem<std::optional<ContactId>> contact_named(const Target& target) {
    const auto* text = target.parameter("contact");
    if (text == nullptr) return std::nullopt;
    if (text->size() > longest_contact || !id_shaped(*text))
        return std::unexpected(
            parameter_problem("contact", FieldCode::invalid_value, "an id of Intercom's is expected"));
    return ContactId{*text};
}

OrProblem<RunQuery> query_of(const AutomationId& automation, const Target& target) {
    const auto limit = limit_of(target, normal_limit, largest_limit);
    if (!limit) return std::unexpected(limit.error());
    const auto state = named_of<RunState>(target, "state");
    if (!state) return std::unexpected(state.error());
    auto contact = contact_named(target);
    if (!contact) return std::unexpected(std::move(contact.error()));
    const auto order = named_of<Order>(target, "order");
    if (!order) return std::unexpected(order.error());
    const auto direction = order->value_or(Order::desc);
    const auto after = cursor_of(target, list_name(automation, direction));
    if (!after) return std::unexpected(after.error());
    RunQuery query{.automation = automation,
                   .state = *state,
                   .contact = *std::move(contact),
                   .limit = *limit,
                   .after = {},
                   .ascending = direction == Order::asc};
    if (*after) {
        query.after = position_of(**after);
        if (!query.after) return std::unexpected(cursor_problem());
    }
    return query;
}

// What the version says, read away from the event loop when it is large; null: it cannot be read.
Task<std::shared_ptr<const Definition>> definition_in(Backend& backend, const Call& call, AutomationId id,
                                                      std::int64_t version) {
    const auto found = co_await backend.ports.automations.versions(call.workspace.id, std::move(id), version + 1, 1);
    if (!found || found->empty() || found->front().number != version) co_return nullptr;
    struct Job {
        std::string document;
        std::shared_ptr<const Definition> result;
    };
    const auto job = std::make_shared<Job>(Job{found->front().document, nullptr});
    const auto work = [job] {
        if (auto read = read_definition(job->document)) job->result = *std::move(read);
    };
    if (job->document.size() <= backend.options.worker_above)
        work();
    else
        co_await backend.ports.worker.run(work);
    co_return job->result;
}

Task<OrProblem<RunView>> view_of(Backend& backend, const Call& call, const Run& run) {
    const auto automation = co_await backend.ports.automations.get(call.workspace.id, run.automation);
    if (!automation) co_return std::unexpected(problem(automation.error()));
    const auto definition = co_await definition_in(backend, call, run.automation, run.version);
    co_return run_view(run, automation->state, definition.get(), backend.ports.clock.wall_now());
}

Task<Executed> cancel(Backend& backend, const Call& call, std::int64_t number) {
    const auto run =
        co_await backend.ports.automations.cancel_run(call.caller(), number, backend.ports.clock.wall_now());
    if (!run) co_return Executed{std::unexpected(problem(run.error()))};
    const auto view = co_await view_of(backend, call, *run);
    if (!view) co_return Executed{std::unexpected(view.error())};
    co_return Executed{json_response(200, to_json(*view)), audit_resource(run->contact)};
}

}  // namespace

Task<Answer> list_runs(Backend& backend, const Call& call) {
    const auto id = automation_of(call);
    if (!id) co_return std::unexpected(id.error());
    auto query = query_of(*id, call.target);
    if (!query) co_return std::unexpected(std::move(query.error()));
    const auto automation = co_await backend.ports.automations.get(call.workspace.id, *id);
    if (!automation) co_return std::unexpected(problem(automation.error()));
    const auto limit = query->limit;
    const auto order = query->ascending ? Order::asc : Order::desc;
    ++query->limit;  // one more tells whether there is a next page
    const auto found = co_await backend.ports.automations.runs(call.workspace.id, *std::move(query));
    if (!found) co_return std::unexpected(problem(found.error()));

    RunListView page;
    std::map<std::int64_t, std::shared_ptr<const Definition>> versions;
    for (std::size_t i = 0; i < std::min(limit, found->size()); ++i) {
        const auto& run = (*found)[i];
        // Only a run that goes on has a next step to be named.
        if (run.state == RunState::active && !versions.contains(run.version)) {
            auto definition = co_await definition_in(backend, call, *id, run.version);
            versions.emplace(run.version, std::move(definition));
        }
        const auto* definition = run.state == RunState::active ? versions.at(run.version).get() : nullptr;
        page.data.push_back(run_view(run, automation->state, definition, backend.ports.clock.wall_now()));
    }
    if (found->size() > limit)
        page.next_cursor.value = make_cursor(list_name(*id, order), fmt::format("{}", (*found)[limit - 1].number));
    co_return json_response(200, to_json(page));
}

Task<Answer> get_run(Backend& backend, const Call& call) {
    const auto number = run_of(call);
    if (!number) co_return std::unexpected(number.error());
    const auto run = co_await backend.ports.automations.run(call.workspace.id, *number);
    if (!run) co_return std::unexpected(problem(run.error()));
    auto view = co_await view_of(backend, call, *run);
    if (!view) co_return std::unexpected(std::move(view.error()));
    const auto trace = co_await backend.ports.automations.trace(call.workspace.id, *number);
    if (!trace) co_return std::unexpected(problem(trace.error()));
    add_trace(*view, *trace);
    co_return json_response(200, to_json(*view));
}

Task<Answer> cancel_run(Backend& backend, const Call& call) {
    const auto number = run_of(call);
    if (!number) co_return std::unexpected(number.error());
    auto order =
        ordered(backend, call, cancel_scope, read_no_content(call.request.body, call.request.method, call.target.path));
    if (!order) co_return std::unexpected(std::move(order.error()));
    if (!order->command.errors.empty()) co_return std::unexpected(validation_problem(std::move(order->command.errors)));
    const auto execute = [&backend, &call, number] { return cancel(backend, call, *number); };
    co_return co_await run_here_once(backend, call, order->key, execute);
}

}  // namespace herald::api
