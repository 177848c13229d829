#include "tests/intercom_sim/app.hpp"

#include <charconv>
#include <fstream>
#include <sstream>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "tests/intercom_sim/clock.hpp"

namespace sim {

namespace json = boost::json;

namespace {

constexpr int default_version = 16;  // the app's own, when the header is absent
constexpr int newest_version = 17;

std::string_view bearer_of(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer ";
    if (!authorization.starts_with(scheme)) return {};
    return authorization.substr(scheme.size());
}

bool accepts_json(std::string_view accept) {
    return accept.contains("application/json") || accept.contains("*/*") || accept.contains("application/*");
}

std::optional<int> version_of(std::string_view text) {
    if (text == "Preview" || text == "Unstable") return preview_version;
    if (!text.starts_with("2.")) return std::nullopt;
    text.remove_prefix(2);
    int minor{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minor);
    if (error != std::errc{} || end != text.data() + text.size() || text.size() > 2) return std::nullopt;
    if (minor < 0 || minor > newest_version) return std::nullopt;
    return minor;
}

Reply unknown_path(const Matched& matched) {
    if (matched.path_exists) return error_reply(405, "unsupported", "Method Not Allowed");
    return error_reply(404, "not_found", "The requested resource was not found");
}

}  // namespace

App::App(const Options& options)
    : world_(options),
      limiter_(options.limit),
      faults_(options.random_seed),
      rng_(options.random_seed ^ 0x6c61746eU) {  // latencies must not shift which faults are chosen
    if (!options.request_log.empty()) request_log_.emplace(options.request_log);
    if (options.faults.empty()) return;
    std::ifstream file(options.faults);
    if (!file) throw std::runtime_error(fmt::format("cannot read {}", options.faults));
    std::stringstream text;
    text << file.rdbuf();
    auto rules = parse_fault_text(text.str());
    if (!rules) throw std::runtime_error(fmt::format("{}: {}", options.faults, rules.error()));
    faults_.load(std::move(*rules), steady_ms());
}

bool App::refuse_connection() {
    world_.stats.connected();
    if (!faults_.refuse_connection(steady_ms())) return false;
    world_.stats.faulted(action_name(FaultAction::refuse));
    return true;
}

// 401 comes before everything and carries no rate limit headers; then the window counts.
std::optional<Reply> App::admit(Exchange& exchange) {
    const Request& request = exchange.request;
    const std::string_view token = bearer_of(request.authorization);
    const bool valid = world_.options.token ? token == *world_.options.token : !token.empty() && token != "invalid";
    if (!valid) {
        world_.stats.arrived(request.arrived_ms, limiter_.limit(), false);
        return error_reply(401, "unauthorized", "Access Token Invalid");
    }
    const WindowLimiter::Verdict verdict = limiter_.arrive(token, request.arrived_ms);
    world_.stats.arrived(request.arrived_ms, limiter_.limit(), !verdict.allowed);
    exchange.rate_headers = {{"X-RateLimit-Limit", std::to_string(verdict.limit)},
                             {"X-RateLimit-Remaining", std::to_string(verdict.remaining)},
                             {"X-RateLimit-Reset", std::to_string(verdict.reset)}};
    if (!verdict.allowed) {
        return error_reply(429, "rate_limit_exceeded",
                           fmt::format("Exceeded rate limit of {} in 10_seconds", verdict.limit));
    }
    return check_headers(exchange);
}

std::optional<Reply> App::check_headers(Exchange& exchange) const {
    const Request& request = exchange.request;
    if (request.has_accept && !accepts_json(request.accept)) {
        return error_reply(406, "media_type_not_acceptable", "The Accept header should be application/json");
    }
    const std::optional<int> version = request.has_version ? version_of(request.version) : default_version;
    if (!version) {
        return error_reply(400, "intercom_version_invalid", "The requested version could not be found");
    }
    exchange.version = *version;
    if (!request.body.empty() && !request.content_type.starts_with("application/json")) {
        return error_reply(415, "unsupported", "The Content-Type header should be application/json");
    }
    if (!exchange.matched.route) return unknown_path(exchange.matched);
    return std::nullopt;
}

void App::plan_delays(Exchange& exchange) {
    const std::int64_t latency = rng_.between(world_.options.latency_min_ms, world_.options.latency_max_ms);
    exchange.delay_before_ms = latency / 2;
    exchange.delay_after_ms = latency - latency / 2;
    for (const FaultRule* rule : exchange.faults.modifiers()) {
        if (rule->action != FaultAction::latency) continue;
        (rule->delay_before ? exchange.delay_before_ms : exchange.delay_after_ms) +=
            rng_.between(rule->min_ms, rule->max_ms);
    }
}

Exchange App::arrive(Request request) {
    Exchange exchange;
    exchange.request = std::move(request);
    exchange.request.arrived_ms = wall_ms();
    exchange.matched = match_route(exchange.request.method, exchange.request.path);
    exchange.early = admit(exchange);
    exchange.faults = faults_.plan({.method = exchange.request.method,
                                    .path = exchange.request.path,
                                    .path_template = exchange.matched.route ? exchange.matched.route->path : "",
                                    .reused = exchange.request.reused,
                                    .refused = exchange.early.has_value()},
                                   steady_ms());
    exchange.course = course_of(exchange.faults.terminal());
    const FaultRule* terminal = exchange.faults.terminal();
    exchange.effect_fault = terminal ? std::string(action_name(terminal->action)) : exchange.faults.names();
    plan_delays(exchange);
    return exchange;
}

Reply App::execute(Exchange& exchange) {
    const Request& request = exchange.request;
    Call call{.body = {},
              .params = exchange.matched.params,
              .query = parse_query_string(request.query),
              .now_ms = wall_ms(),
              .version = exchange.version,
              .fault = exchange.effect_fault};
    if (!request.body.empty()) {
        boost::system::error_code error;
        json::value body = json::parse(request.body, error);
        if (error || !body.is_object()) return error_reply(400, "bad_request", "The body is not a JSON object");
        call.body = std::move(body.get_object());
    }
    return exchange.matched.route->handler(world_, call);
}

Reply App::answer(Exchange& exchange) {
    Reply reply;
    bool with_rate_headers = true;
    if (exchange.early) {
        reply = std::move(*exchange.early);
    } else {
        if (exchange.course.executes) reply = execute(exchange);
        if (exchange.course.replaced) {
            reply = fault_reply(*exchange.faults.terminal(), wall_ms());
            with_rate_headers = exchange.course.rate_headers;
        }
    }
    if (with_rate_headers) {
        reply.headers.insert(reply.headers.begin(), exchange.rate_headers.begin(), exchange.rate_headers.end());
    }
    faults_.settle(exchange.faults, reply.status, steady_ms());
    modify(reply, exchange.faults, wall_ms());
    return reply;
}

void App::finish(const Exchange& exchange, int status) {
    world_.stats.answered(exchange.operation(), status);
    for (const FaultRule* rule : exchange.faults.modifiers()) world_.stats.faulted(action_name(rule->action));
    if (const FaultRule* terminal = exchange.faults.terminal()) world_.stats.faulted(action_name(terminal->action));
    if (!request_log_) return;
    const Request& request = exchange.request;
    json::object line{{"t_ms", request.arrived_ms},
                      {"done_ms", wall_ms()},
                      {"method", request.method},
                      {"path", exchange.matched.route ? exchange.matched.route->path : std::string_view(request.path)},
                      {"status", status},
                      {"window", WindowLimiter::window_of(request.arrived_ms)},
                      {"connection", request.connection}};
    if (const std::string names = exchange.faults.names(); !names.empty()) line["fault"] = names;
    request_log_->append(json::serialize(line));
}

}  // namespace sim
