// GET /v1/audit_entries and /v1/audit_entries/verify

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "api/campaign_view.hpp"
#include "api/cursor.hpp"
#include "api/handlers.hpp"
#include "api/json/encode.hpp"
#include "api/lists.hpp"

namespace herald::api {
namespace {

constexpr std::size_t normal_limit = 50;
constexpr std::size_t largest_limit = 500;

std::string list_name(Order order) {
    return fmt::format("audit-{}", Names<Order>::name(order));
}

std::string place_of(const AuditEntry& entry) {
    return fmt::format("{}-{}", entry.at.time_since_epoch().count(), entry.number);
}

std::optional<AuditQuery::Place> read_place(const std::string& text) {
    std::int64_t at = 0;
    AuditQuery::Place place;
    const auto* end = text.data() + text.size();
    const auto [dash, no_time] = std::from_chars(text.data(), end, at);
    if (no_time != std::errc() || dash == end || *dash != '-') return {};
    const auto [rest, no_number] = std::from_chars(dash + 1, end, place.number);
    if (no_number != std::errc() || rest != end) return {};
    place.at = WallTime{milliseconds{at}};
    return place;
}

OrProblem<std::optional<WallTime>> time_of(const Target& target, std::string_view parameter) {
    const auto* text = target.parameter(parameter);
    if (text == nullptr) return std::nullopt;
    if (const auto time = from_rfc3339(*text)) return time;
    return std::unexpected(parameter_problem(
        parameter, FieldCode::invalid_value,
        "an RFC 3339 time is expected, such as 2026-11-23T18:00:00Z (the + of an offset is written %2B in a query)"));
}

OrProblem<AuditQuery> query_of(const Target& target) {
    AuditQuery query;
    auto limit = limit_of(target, normal_limit, largest_limit);
    if (!limit) return std::unexpected(std::move(limit.error()));
    query.limit = *limit;
    auto order = named_of<Order>(target, "order");
    if (!order) return std::unexpected(std::move(order.error()));
    query.ascending = *order == Order::asc;
    auto after = cursor_of(target, list_name(order->value_or(Order::desc)));
    if (!after) return std::unexpected(std::move(after.error()));
    if (*after) query.after = read_place(**after);
    if (*after && !query.after) return std::unexpected(cursor_problem());
    auto from = time_of(target, "from");
    if (!from) return std::unexpected(std::move(from.error()));
    auto to = time_of(target, "to");
    if (!to) return std::unexpected(std::move(to.error()));
    if (*from && *to && **from >= **to)
        return std::unexpected(parameter_problem("to", FieldCode::invalid_value, "must be later than from"));
    query.from = *from;
    query.to = *to;
    const auto filter = [&](std::string_view name) {
        const auto* text = target.parameter(name);
        return text == nullptr ? std::nullopt : std::optional(*text);
    };
    query.actor = filter("actor");
    query.action = filter("action");
    query.resource = filter("resource");
    return query;
}

AuditEntryView entry_view(const AuditEntry& entry) {
    AuditEntryView view{.id = entry.id(),
                        .position = entry.position,
                        .at = entry.at,
                        .actor = entry.actor,
                        .request_id = {},
                        .action = entry.record.action,
                        .resource = entry.record.resource,
                        .details = entry.record.details,
                        .hash = entry.hash};
    if (!entry.request_id.empty()) view.request_id = entry.request_id;
    return view;
}

AuditVerificationView verification_view(const WorkspaceId& workspace, const ChainCheck& check) {
    AuditVerificationView view{
        .workspace = workspace.value, .intact = !check.broken(), .entries = check.good(), .head = check.head()};
    if (const auto& broken = check.broken()) {
        view.first_bad.emplace(broken->position, std::nullopt, broken->fault, describe(*broken));
        if (!broken->id.empty()) view.first_bad->id = broken->id;
    }
    return view;
}

}  // namespace

Task<Answer> list_audit_entries(Backend& backend, const Call& call) {
    auto query = query_of(call.target);
    if (!query) co_return std::unexpected(std::move(query.error()));
    const auto limit = query->limit;
    const auto order = query->ascending ? Order::asc : Order::desc;
    ++query->limit;  // one more tells whether there is a next page
    const auto found = co_await backend.ports.audit.list(call.workspace.id, *std::move(query));
    if (!found) co_return std::unexpected(problem(found.error()));

    AuditEntryListView page;
    for (std::size_t i = 0; i < std::min(limit, found->size()); ++i) page.data.push_back(entry_view((*found)[i]));
    if (found->size() > limit) page.next_cursor.value = make_cursor(list_name(order), place_of((*found)[limit - 1]));
    co_return json_response(200, to_json(page));
}

Task<Answer> verify_audit_entries(Backend& backend, const Call& call) {
    auto& ports = backend.ports;
    ChainCheck check(ports.audit.digest());
    while (!check.ended()) {
        if (call.request.deadline.passed(ports.clock.now()))
            co_return std::unexpected(
                Problem{.status = 504,
                        .code = "deadline_exceeded",
                        .detail = fmt::format("the first {} entries are right, and the time is up; for the whole chain "
                                              "there is: herald audit verify",
                                              check.good())});
        if (const auto looked = co_await ports.audit.check_some(call.workspace.id, check); !looked)
            co_return std::unexpected(problem(looked.error()));
    }
    co_return json_response(200, to_json(verification_view(call.workspace.id, check)));
}

}  // namespace herald::api
