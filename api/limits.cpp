// GET /v1/limits

#include "api/campaign_view.hpp"
#include "api/handlers.hpp"
#include "api/json/encode.hpp"

namespace herald::api {
namespace {

std::int64_t taken(const PaceStatus& pace, Lane lane) {
    return pace.used_by_lane[static_cast<std::size_t>(lane)];
}

LimitsView limits_view(const WorkspaceId& workspace, const Limits& limits) {
    const auto& [pace, circuit, credential, inflight, inflight_max] = limits;
    LimitsView out;
    out.workspace = workspace.value;
    out.limit_per_window = pace.limit_per_window;
    out.window_seconds = pace.window.count();
    out.target = pace.target;
    out.share = pace.share;
    out.rate_per_second = pace.rate;
    out.burst = pace.burst;
    out.used = pace.used();
    out.used_by_lane = {taken(pace, Lane::interactive), taken(pace, Lane::automation), taken(pace, Lane::campaign),
                        taken(pace, Lane::background)};
    out.blocked_until.value = pace.blocked_until;
    out.breaker.host = circuit.host;
    out.breaker.state = circuit.state;
    if (!circuit.reason.empty()) out.breaker.reason = circuit.reason;
    out.breaker.until = circuit.until;
    out.credential = {credential.state, credential.next_check};
    out.inflight = {static_cast<std::int64_t>(inflight), static_cast<std::int64_t>(inflight_max)};
    return out;
}

}  // namespace

Task<Answer> get_limits(Backend&, const Call& call) {
    co_return json_response(200, to_json(limits_view(call.workspace.id, call.workspace.limits.limits())));
}

}  // namespace herald::api
