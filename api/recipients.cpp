// GET /v1/campaigns/{id}/recipients: a page, or everybody

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/campaign_view.hpp"
#include "api/cursor.hpp"
#include "api/handlers.hpp"
#include "api/json/encode.hpp"
#include "api/lists.hpp"
#include "api/negotiation.hpp"
#include "api/recipients_export.hpp"

namespace herald::api {
namespace {

constexpr std::size_t normal_limit = 50;
constexpr std::size_t largest_limit = 500;
constexpr std::size_t export_page = 1'000;

std::string list_name(const CampaignId& campaign) {
    return fmt::format("recipients-{}", campaign.value);
}

OrProblem<DeliveryQuery> query_of(const CampaignId& campaign, const Target& target) {
    auto limit = limit_of(target, normal_limit, largest_limit);
    if (!limit) return std::unexpected(std::move(limit.error()));
    auto state = named_of<DeliveryState>(target, "state");
    if (!state) return std::unexpected(std::move(state.error()));
    auto after = cursor_of(target, list_name(campaign));
    if (!after) return std::unexpected(std::move(after.error()));
    DeliveryQuery query;
    query.campaign = campaign;
    query.state = *state;
    query.limit = *limit;
    if (const auto* reason = target.parameter("reason")) query.reason = *reason;
    if (*after) {
        query.after_position = position_of(**after);
        if (!query.after_position) return std::unexpected(cursor_problem());
    }
    return query;
}

// An export has no pages to ask for.
std::optional<Problem> check_export(const Target& target) {
    for (const std::string_view parameter : {"limit", "cursor"})
        if (target.parameter(parameter) != nullptr)
            return parameter_problem(parameter, FieldCode::not_allowed, "an export has no pages; leave it out");
    return {};
}

Task<Answer> export_recipients(Backend& backend, const WorkspaceId& workspace, ExportFormat format,
                               DeliveryQuery query) {
    query.limit = export_page;
    auto first = co_await backend.ports.campaigns.deliveries(workspace, query);
    if (!first) co_return std::unexpected(problem(first.error()));
    const bool csv = format == ExportFormat::csv;
    Response response;
    response.headers = {{"Content-Type", csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson"},
                        {"Content-Disposition", fmt::format("attachment; filename=\"{}-recipients.{}\"",
                                                            query.campaign.value, Names<ExportFormat>::name(format))}};
    response.stream =
        std::make_unique<RecipientsExport>(backend, workspace, format, std::move(query), *std::move(first));
    co_return response;
}

}  // namespace

Task<Answer> list_recipients(Backend& backend, const Call& call) {
    auto id = campaign_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    const auto format = named_of<ExportFormat>(call.target, "format");
    if (!format) co_return std::unexpected(format.error());
    // A format that is asked for by name is given to whoever takes any answer of this operation.
    constexpr std::string_view json = "application/json";
    const auto produced = *format ? media_type(**format) : json;
    if (!accepts(call.request.headers, produced) && !(*format && accepts(call.request.headers, json)))
        co_return std::unexpected(not_acceptable(produced));
    if (*format)
        if (auto wrong = check_export(call.target)) co_return std::unexpected(*std::move(wrong));
    auto query = query_of(*id, call.target);
    if (!query) co_return std::unexpected(std::move(query.error()));
    const auto campaign = co_await backend.ports.campaigns.get(call.workspace.id, *id);
    if (!campaign) co_return std::unexpected(problem(campaign.error()));
    if (*format) co_return co_await export_recipients(backend, call.workspace.id, **format, *std::move(query));
    const auto limit = query->limit;
    ++query->limit;  // one more tells whether there is a next page
    const auto found = co_await backend.ports.campaigns.deliveries(call.workspace.id, *std::move(query));
    if (!found) co_return std::unexpected(problem(found.error()));

    RecipientListView page;
    for (std::size_t i = 0; i < std::min(limit, found->size()); ++i) page.data.push_back(recipient_view((*found)[i]));
    if (found->size() > limit)
        page.next_cursor.value = make_cursor(list_name(*id), fmt::format("{}", (*found)[limit - 1].position));
    co_return json_response(200, to_json(page));
}

}  // namespace herald::api
