// GET /v1/automations, /v1/automations/{id} and /v1/automations/{id}/versions

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/automation_view.hpp"
#include "api/campaign_view.hpp"
#include "api/cursor.hpp"
#include "api/handlers.hpp"
#include "api/json/encode.hpp"
#include "api/lists.hpp"

namespace herald::api {
namespace {

constexpr std::size_t normal_limit = 50;
constexpr std::size_t largest_limit = 100;
constexpr std::size_t most_versions = 20;  // with all their texts

std::string list_name(Order order) {
    return fmt::format("automations-{}", Names<Order>::name(order));
}
std::string versions_name(const AutomationId& id) {
    return fmt::format("versions-{}", id.value);
}

OrProblem<AutomationQuery> query_of(const Target& target) {
    auto limit = limit_of(target, normal_limit, largest_limit);
    if (!limit) return std::unexpected(std::move(limit.error()));
    auto state = named_of<AutomationState>(target, "state");
    if (!state) return std::unexpected(std::move(state.error()));
    auto order = named_of<Order>(target, "order");
    if (!order) return std::unexpected(std::move(order.error()));
    const auto direction = order->value_or(Order::desc);
    auto after = cursor_of(target, list_name(direction));
    if (!after) return std::unexpected(std::move(after.error()));
    if (*after && !is_id("aut", **after)) return std::unexpected(cursor_problem());
    AutomationQuery query{.state = *state, .limit = *limit, .after = {}, .ascending = direction == Order::asc};
    if (*after) query.after = AutomationId{**after};
    return query;
}

}  // namespace

Task<Answer> list_automations(Backend& backend, const Call& call) {
    auto query = query_of(call.target);
    if (!query) co_return std::unexpected(std::move(query.error()));
    const auto limit = query->limit;
    const auto order = query->ascending ? Order::asc : Order::desc;
    ++query->limit;  // one more tells whether there is a next page
    const auto found = co_await backend.ports.automations.list(call.workspace.id, *std::move(query));
    if (!found) co_return std::unexpected(problem(found.error()));

    AutomationListView page;
    for (std::size_t i = 0; i < std::min(limit, found->size()); ++i)
        page.data.push_back(listed_automation_view((*found)[i]));
    if (found->size() > limit) page.next_cursor.value = make_cursor(list_name(order), page.data.back().id);
    co_return json_response(200, to_json(page));
}

Task<Answer> get_automation(Backend& backend, const Call& call) {
    auto id = automation_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    const auto automation = co_await backend.ports.automations.get(call.workspace.id, *std::move(id));
    if (!automation) co_return std::unexpected(problem(automation.error()));
    co_return automation_response(200, *automation);
}

Task<Answer> list_automation_versions(Backend& backend, const Call& call) {
    auto id = automation_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    const auto limit = limit_of(call.target, most_versions, most_versions);
    if (!limit) co_return std::unexpected(limit.error());
    const auto cursor = cursor_of(call.target, versions_name(*id));
    if (!cursor) co_return std::unexpected(cursor.error());
    std::optional<std::int64_t> before;
    if (*cursor) before = position_of(**cursor);
    if (*cursor && !before) co_return std::unexpected(cursor_problem());
    const auto found = co_await backend.ports.automations.versions(call.workspace.id, *id, before, *limit + 1);
    if (!found) co_return std::unexpected(problem(found.error()));

    AutomationVersionListView page;
    for (std::size_t i = 0; i < std::min(*limit, found->size()); ++i) page.data.push_back(version_view((*found)[i]));
    if (found->size() > *limit)
        page.next_cursor.value = make_cursor(versions_name(*id), fmt::format("{}", page.data.back().version));
    co_return json_response(200, to_json(page));
}

}  // namespace herald::api
