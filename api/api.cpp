#include "api/api.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "api/authorization.hpp"
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

// Ends when the key that opened it is revoked.
class KeyedStream final : public BodyStream {
 public:
    KeyedStream(std::unique_ptr<BodyStream> stream, const KeyRing& keys, std::shared_ptr<const ApiKey> key)
        : stream_(std::move(stream)), keys_(keys), key_(std::move(key)) {}

    Task<std::optional<std::string>> next() override {
        auto piece = co_await stream_->next();
        if (keys_.holds(*key_)) co_return piece;
        revoked_ = true;
        co_return std::nullopt;
    }
    bool whole() const override { return !revoked_ && stream_->whole(); }

 private:
    std::unique_ptr<BodyStream> stream_;
    const KeyRing& keys_;
    std::shared_ptr<const ApiKey> key_;
    bool revoked_{};
};

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

// What a request asks for, and who asks.
struct Asked {
    Target target;
    Match match;
    Principal caller;
};

OrProblem<Asked> read_head(const Backend& backend, const Request& request) {
    if (asks_about_all(request)) return Asked{.target = {}, .match = {.allow = all_methods()}, .caller = {}};
    auto target = parse_target(request.target);
    if (!target) return std::unexpected(std::move(target.error()));
    auto caller = identify(backend, *target, request.headers);
    if (!caller) return std::unexpected(std::move(caller.error()));
    auto matched = match(request.method, target->segments);
    return Asked{*std::move(target), std::move(matched), *std::move(caller)};
}

// Everything else that can be said from the header alone.
OrProblem<Admitted> admit(const Backend& backend, const Request& request, Asked asked) {
    auto& [target, matched, caller] = asked;
    if (matched.allow.empty())
        return std::unexpected(Problem{.status = 404, .code = "unknown_path", .detail = "there is no such path"});
    if (request.method == "OPTIONS") return Admitted{.target = {}, .match = {.allow = matched.allow}};
    if (matched.route == nullptr) return std::unexpected(method_not_allowed(matched));
    const auto& route = *matched.route;
    if (auto refused = check_scope(caller, route)) return std::unexpected(*std::move(refused));
    if (route.also.empty() && !accepts(request.headers, route.produces))
        return std::unexpected(not_acceptable(route.produces));
    if (auto wrong = check_query(route, target)) return std::unexpected(*std::move(wrong));
    const auto workspace = workspace_of(backend, caller, route, request.headers);
    if (!workspace) return std::unexpected(workspace.error());
    return Admitted{std::move(target), std::move(matched), *workspace};
}

// Of a body that is there or still to come.
std::optional<Problem> check_body_type(const Route& route, const Request& request) {
    if (!takes_body(route.verb) || route.kind != BodyKind::json) return {};
    return check_json_body(request);
}

Response refused(const Backend& backend, const Request& request, const Problem& why) {
    if (is_access_problem(why.code)) backend.options.on_refused(why.code);
    return to_response(why, request_id(request), backend.ports.clock.wall_now());
}

// `caller` is filled in as soon as it is known.
Task<Answer> dispatch(Backend& backend, const Request& request, Principal& caller) {
    auto asked = read_head(backend, request);
    if (!asked) co_return std::unexpected(std::move(asked.error()));
    auto over_quota = count(backend, asked->caller, asked->match.route);
    caller = asked->caller;
    if (over_quota) co_return std::unexpected(*std::move(over_quota));
    auto admitted = admit(backend, request, *std::move(asked));
    if (!admitted) co_return std::unexpected(std::move(admitted.error()));
    if (admitted->match.route == nullptr)
        co_return Response{.status = 204, .headers = {{"Allow", admitted->match.allow}}, .body = {}, .stream = {}};
    const auto& route = *admitted->match.route;
    if (request.body.size() > route.body) co_return std::unexpected(too_large(route.body));
    if (!request.body.empty())
        if (auto wrong = check_body_type(route, request)) co_return std::unexpected(*std::move(wrong));
    const Call call{
        request,   std::move(admitted->target), std::move(admitted->match.captured), *admitted->workspace, caller.actor,
        caller.key};
    auto answer = co_await route.handler(backend, call);
    if (answer && answer->stream && caller.key)
        answer->stream = std::make_unique<KeyedStream>(std::move(answer->stream), backend.keys, caller.key);
    co_return answer;
}

}  // namespace

Api::Api(Ports ports, Options options) : backend_(std::make_unique<Backend>(std::move(ports), std::move(options))) {}
Api::~Api() = default;

Task<Response> Api::handle(Request request) {
    Principal caller;
    auto answer = co_await dispatch(*backend_, request, caller);
    const bool answered = answer.has_value();
    auto response = answered ? *std::move(answer) : refused(*backend_, request, answer.error());
    if (answered) add_common_headers(response, request_id(request));
    for (const auto& [name, value] : caller.quota) response.headers.set(name, value);
    response.actor = caller.actor;
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
    auto asked = read_head(*backend_, request);
    if (!asked) return refused(*backend_, request, asked.error());
    const auto actor = asked->caller.actor;
    const auto told = [&](const Problem& why) {
        auto response = refused(*backend_, request, why);
        response.actor = actor;
        return response;
    };
    const auto admitted = admit(*backend_, request, *std::move(asked));
    if (!admitted) return told(admitted.error());
    if (admitted->match.route == nullptr) return {};
    if (const auto wrong = check_body_type(*admitted->match.route, request)) return told(*wrong);
    return {};
}

void Api::take_keys(const StoredKeys& stored) {
    backend_->keys.take_stored(stored);
}

bool Api::asks_for_key() const {
    return backend_->keys.required();
}

}  // namespace herald::api
