#include "api/api.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/negotiation.hpp"
#include "api/router.hpp"

namespace herald::api {
namespace {

Problem too_large(std::size_t limit) {
    return {.status = 413, .code = "too_large", .detail = fmt::format("at most {} bytes are taken here", limit)};
}

Problem method_not_allowed(const Match& match) {
    return {.status = 405,
            .code = "method_not_allowed",
            .detail = fmt::format("allowed: {}", match.allow),
            .headers = {{"Allow", match.allow}}};
}

Problem workspace_problem(std::string code, std::string_view why, const std::vector<Workspace>& workspaces) {
    std::vector<std::string_view> names;
    for (const auto& workspace : workspaces) names.push_back(workspace.id.value);
    return {.status = 400,
            .code = std::move(code),
            .detail = fmt::format("{}; Herald-Workspace is one of: {}", why, fmt::join(names, ", "))};
}

// Probes, metrics and the contract are about the process.
bool about_a_workspace(const Route& route) {
    return route.path.starts_with("/v1/");
}

// Never a guess: with several workspaces, a request that names none could reach the wrong people.
OrProblem<const Workspace*> workspace_of(const Backend& backend, const Route& route, const Request& request) {
    const auto& all = backend.ports.workspaces;
    if (!about_a_workspace(route)) return &all.front();
    const auto named = request.headers.get("Herald-Workspace");
    if (!named) {
        if (all.size() == 1) return &all.front();
        return std::unexpected(workspace_problem("workspace_required", "there are several workspaces", all));
    }
    const auto found =
        std::ranges::find(all, *named, [](const Workspace& w) -> std::string_view { return w.id.value; });
    if (found == all.end())
        return std::unexpected(workspace_problem("unknown_workspace", "there is no such workspace", all));
    return &*found;
}

Task<Answer> dispatch(Backend& backend, const Request& request) {
    auto target = parse_target(request.target);
    if (!target) co_return std::unexpected(std::move(target.error()));
    auto matched = match(request.method, target->segments);
    if (matched.allow.empty())
        co_return std::unexpected(Problem{.status = 404, .code = "unknown_path", .detail = "there is no such path"});
    if (request.method == "OPTIONS")
        co_return Response{.status = 204, .headers = {{"Allow", matched.allow}}, .body = {}, .stream = {}};
    if (matched.route == nullptr) co_return std::unexpected(method_not_allowed(matched));
    const auto& route = *matched.route;
    if (route.also.empty() && !accepts(request.headers, route.produces))
        co_return std::unexpected(not_acceptable(route.produces));
    if (request.body.size() > route.body) co_return std::unexpected(too_large(route.body));
    if (auto wrong = check_query(route, *target)) co_return std::unexpected(*std::move(wrong));
    if (takes_body(route.verb) && route.kind == BodyKind::json)
        if (auto wrong = check_json_body(request)) co_return std::unexpected(*std::move(wrong));
    const auto workspace = workspace_of(backend, route, request);
    if (!workspace) co_return std::unexpected(workspace.error());
    const Call call{request, *std::move(target), std::move(matched.captured), **workspace, "anonymous"};
    co_return co_await route.handler(backend, call);
}

}  // namespace

Api::Api(Ports ports, Options options) : backend_(std::make_unique<Backend>(std::move(ports), std::move(options))) {}
Api::~Api() = default;

Task<Response> Api::handle(Request request) {
    const auto id = request_id(request);
    auto answer = co_await dispatch(*backend_, request);
    if (!answer) co_return to_response(answer.error(), id, backend_->ports.clock.wall_now());
    add_common_headers(*answer, id);
    co_return *std::move(answer);
}

std::size_t Api::body_limit(std::string_view method, std::string_view target) const {
    const auto parsed = parse_target(target);
    if (!parsed) return small_body;
    const auto matched = match(method, parsed->segments);
    return matched.route != nullptr ? matched.route->body : small_body;
}

std::string_view Api::operation(std::string_view method, std::string_view target) const {
    const auto parsed = parse_target(target);
    if (!parsed) return {};
    const auto matched = match(method, parsed->segments);
    return matched.route != nullptr ? matched.route->operation : std::string_view();
}

bool Api::streams_body(std::string_view method, std::string_view target) const {
    const auto parsed = parse_target(target);
    if (!parsed) return false;
    const auto matched = match(method, parsed->segments);
    return matched.route != nullptr && matched.route->kind == BodyKind::stream;
}

}  // namespace herald::api
