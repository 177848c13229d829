// GET /v1/campaigns and /v1/campaigns/{id}

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "api/campaign_view.hpp"
#include "api/cursor.hpp"
#include "api/handlers.hpp"
#include "api/json/encode.hpp"
#include "api/lists.hpp"
#include "api/negotiation.hpp"

namespace herald::api {
namespace {

constexpr std::size_t normal_limit = 50;
constexpr std::size_t largest_limit = 100;
constexpr std::size_t shown_results = 10;

constexpr std::array sent_states{DeliveryState::accepted, DeliveryState::rejected, DeliveryState::unknown};

std::string list_name(Order order) {
    return fmt::format("campaigns-{}", Names<Order>::name(order));
}

// The first ten recipients of the audience to whom a message went out.
Task<Result<std::vector<SendResultView>>> first_results(Backend& backend, const Campaign& campaign) {
    std::vector<DeliveryRecord> sent;
    for (const auto state : sent_states) {
        if (campaign.counts[state] == 0) continue;
        auto some = co_await backend.ports.campaigns.deliveries(
            campaign.workspace,
            {.campaign = campaign.id, .state = state, .reason = {}, .limit = shown_results, .after_position = {}});
        if (!some) co_return some.error();
        std::ranges::move(*some, std::back_inserter(sent));
    }
    std::ranges::sort(sent, {}, &DeliveryRecord::position);
    sent.resize(std::min(sent.size(), shown_results));
    std::vector<SendResultView> out;
    out.reserve(sent.size());
    for (const auto& record : sent) out.push_back(send_result_view(record));
    co_return out;
}

Response not_modified(const std::string& etag) {
    return {.status = 304, .headers = {{"ETag", etag}}, .body = {}, .stream = {}};
}

Response answer_to(const Call& call, const CampaignCache::Rendered& campaign) {
    if (none_match_names(call.request.headers, campaign.etag)) return not_modified(campaign.etag);
    auto response = json_response(200, campaign.body);
    response.headers.set("ETag", campaign.etag);
    return response;
}

OrProblem<CampaignQuery> query_of(const Target& target) {
    auto limit = limit_of(target, normal_limit, largest_limit);
    if (!limit) return std::unexpected(std::move(limit.error()));
    auto state = named_of<CampaignState>(target, "state");
    if (!state) return std::unexpected(std::move(state.error()));
    auto order = named_of<Order>(target, "order");
    if (!order) return std::unexpected(std::move(order.error()));
    const auto direction = order->value_or(Order::desc);
    auto after = cursor_of(target, list_name(direction));
    if (!after) return std::unexpected(std::move(after.error()));
    if (*after && !is_id("cmp", **after)) return std::unexpected(cursor_problem());
    CampaignQuery query;
    query.limit = *limit;
    query.state = *state;
    query.ascending = direction == Order::asc;
    if (*after) query.after = CampaignId{**after};
    if (const auto* ref = target.parameter("client_ref")) query.client_ref = *ref;
    return query;
}

}  // namespace

Task<Answer> list_campaigns(Backend& backend, const Call& call) {
    auto query = query_of(call.target);
    if (!query) co_return std::unexpected(std::move(query.error()));
    const auto limit = query->limit;
    const auto order = query->ascending ? Order::asc : Order::desc;
    ++query->limit;  // one more tells whether there is a next page
    const auto found = co_await backend.ports.campaigns.list(call.workspace.id, *std::move(query));
    if (!found) co_return std::unexpected(problem(found.error()));

    CampaignListView page;
    const auto waiting = call.workspace.waiting.waiting();
    for (std::size_t i = 0; i < std::min(limit, found->size()); ++i)
        page.data.push_back(listed_campaign_view((*found)[i], waiting));
    if (found->size() > limit) page.next_cursor.value = make_cursor(list_name(order), page.data.back().id);
    co_return json_response(200, to_json(page));
}

Task<Answer> get_campaign(Backend& backend, const Call& call) {
    auto id = campaign_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    auto& clock = backend.ports.clock;
    const auto waiting = call.workspace.waiting.waiting();
    if (const auto* same = backend.answered->find(call.workspace.id, *id, waiting, clock.now()))
        co_return answer_to(call, *same);

    const auto reading = backend.answered->reading();
    const auto campaign = co_await backend.ports.campaigns.get(call.workspace.id, *id);
    if (!campaign) co_return std::unexpected(problem(campaign.error()));
    auto view = campaign_view(*campaign, waiting);
    auto etag = etag_of(view);
    if (none_match_names(call.request.headers, etag)) co_return not_modified(etag);
    auto results = co_await first_results(backend, *campaign);
    if (!results) co_return std::unexpected(problem(results.error()));
    view.intercom_integration.results = *std::move(results);
    CampaignCache::Rendered rendered{std::move(etag), to_json(view)};
    auto answer = answer_to(call, rendered);
    backend.answered->keep(reading, call.workspace.id, *id, waiting, std::move(rendered), clock.now());
    co_return answer;
}

}  // namespace herald::api
