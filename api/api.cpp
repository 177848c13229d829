#include "api/api.hpp"

#include <utility>

#include <fmt/format.h>

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
    if (route.verb == Verb::post && route.kind == BodyKind::json)
        if (auto wrong = check_json_body(request)) co_return std::unexpected(*std::move(wrong));
    const Call call{request, *std::move(target), std::move(matched.captured)};
    co_return co_await route.handler(backend, call);
}

}  // namespace

Api::Api(Ports ports, Options options) : backend_(std::make_unique<Backend>(ports, std::move(options))) {}
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
