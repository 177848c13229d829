// /livez, /readyz, /metrics and /openapi.yaml

#include "api/campaign_view.hpp"
#include "api/handlers.hpp"
#include "api/json/encode.hpp"

namespace herald::api {

Task<Answer> get_liveness(Backend&, const Call&) {
    co_return json_response(200, to_json(HealthView{}));
}

Task<Answer> get_readiness(Backend& backend, const Call&) {
    ReadinessView view;
    view.draining = backend.options.draining();
    view.store = co_await backend.ports.campaigns.healthy();
    const bool ready = view.store && !view.draining;
    view.status = ready ? HealthStatus::ok : HealthStatus::unavailable;
    auto response = json_response(ready ? 200 : 503, to_json(view));
    if (!ready) response.headers.set("Retry-After", "1");
    co_return response;
}

Task<Answer> get_metrics(Backend& backend, const Call&) {
    co_return Response{.status = 200,
                       .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                       .body = backend.options.metrics(),
                       .stream = {}};
}

Task<Answer> get_openapi(Backend& backend, const Call&) {
    co_return Response{.status = 200,
                       .headers = {{"Content-Type", "application/yaml"}},
                       .body = backend.options.openapi,
                       .stream = {}};
}

}  // namespace herald::api
