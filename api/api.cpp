#include "api/api.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/compression.hpp"
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

// A request that may go on: what it asks for, of whom. Without a route it asks what is allowed.
struct Admitted {
    Target target;
    Match match;
    const Workspace* workspace{};
};

// "*" is the service as a whole, and only OPTIONS may ask about it.
bool asks_about_all(const Request& request) {
    return request.method == "OPTIONS" && request.target == "*";
}

// Everything that can be said from the header alone.
OrProblem<Admitted> admit(const Backend& backend, const Request& request) {
    if (asks_about_all(request)) return Admitted{.target = {}, .match = {.allow = all_methods()}};
    auto target = parse_target(request.target);
    if (!target) return std::unexpected(std::move(target.error()));
    auto matched = match(request.method, target->segments);
    if (matched.allow.empty())
        return std::unexpected(Problem{.status = 404, .code = "unknown_path", .detail = "there is no such path"});
    if (request.method == "OPTIONS") return Admitted{.target = {}, .match = {.allow = matched.allow}};
    if (matched.route == nullptr) return std::unexpected(method_not_allowed(matched));
    const auto& route = *matched.route;
    if (route.also.empty() && !accepts(request.headers, route.produces))
        return std::unexpected(not_acceptable(route.produces));
    if (auto wrong = check_query(route, *target)) return std::unexpected(*std::move(wrong));
    const auto workspace = workspace_of(backend, route, request);
    if (!workspace) return std::unexpected(workspace.error());
    return Admitted{*std::move(target), std::move(matched), *workspace};
}

// Of a body that is there or still to come.
std::optional<Problem> check_body_type(const Route& route, const Request& request) {
    if (!takes_body(route.verb) || route.kind != BodyKind::json) return {};
    return check_json_body(request);
}

Task<Answer> dispatch(Backend& backend, const Request& request) {
    auto admitted = admit(backend, request);
    if (!admitted) co_return std::unexpected(std::move(admitted.error()));
    if (admitted->match.route == nullptr)
        co_return Response{.status = 204, .headers = {{"Allow", admitted->match.allow}}, .body = {}, .stream = {}};
    const auto& route = *admitted->match.route;
    if (request.body.size() > route.body) co_return std::unexpected(too_large(route.body));
    if (!request.body.empty())
        if (auto wrong = check_body_type(route, request)) co_return std::unexpected(*std::move(wrong));
    const Call call{request, std::move(admitted->target), std::move(admitted->match.captured), *admitted->workspace,
                    "anonymous"};
    co_return co_await route.handler(backend, call);
}

}  // namespace

Api::Api(Ports ports, Options options) : backend_(std::make_unique<Backend>(std::move(ports), std::move(options))) {}
Api::~Api() = default;

Task<Response> Api::handle(Request request) {
    const auto id = request_id(request);
    auto answer = co_await dispatch(*backend_, request);
    auto response = answer ? *std::move(answer) : to_response(answer.error(), id, backend_->ports.clock.wall_now());
    if (answer) add_common_headers(response, id);
    co_await compress(request, response, backend_->ports.worker);
    co_return response;
}

Intake Api::intake(std::string_view method, std::string_view target) const {
    Intake out{.operation = {}, .body_limit = small_body};
    const auto parsed = parse_target(target);
    if (!parsed) return out;
    const auto matched = match(method, parsed->segments);
    if (matched.route == nullptr) return out;
    return {matched.route->operation, matched.route->body, matched.route->kind == BodyKind::stream};
}

std::optional<Response> Api::refusal(const Request& request) const {
    const auto refused = [&](const Problem& why) {
        return to_response(why, request_id(request), backend_->ports.clock.wall_now());
    };
    const auto admitted = admit(*backend_, request);
    if (!admitted) return refused(admitted.error());
    if (admitted->match.route == nullptr) return {};
    if (const auto wrong = check_body_type(*admitted->match.route, request)) return refused(*wrong);
    return {};
}

}  // namespace herald::api
