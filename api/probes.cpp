// /livez, /readyz, /metrics, /openapi.yaml and /docs

#include <fmt/format.h>

#include "api/campaign_view.hpp"
#include "api/digest.hpp"
#include "api/handlers.hpp"
#include "api/json/encode.hpp"
#include "api/negotiation.hpp"

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

namespace {

// The same for every caller until the next release.
Response document(const Call& call, std::string_view type, const std::string& body) {
    const auto etag = fmt::format("\"{}\"", Sha256().add(body).hex().substr(0, 32));
    Response response{
        .status = 200, .headers = {{"ETag", etag}, {"Cache-Control", "no-cache"}}, .body = {}, .stream = {}};
    if (none_match_names(call.request.headers, etag)) {
        response.status = 304;
        return response;
    }
    response.headers.set("Content-Type", type);
    response.body = body;
    return response;
}

}  // namespace

Task<Answer> get_openapi(Backend& backend, const Call& call) {
    co_return document(call, "application/yaml", backend.options.openapi);
}

// Without script, and with the one style that the page brings along.
Task<Answer> get_docs(Backend& backend, const Call& call) {
    auto response = document(call, "text/html; charset=utf-8", backend.options.docs);
    response.headers.set("Content-Security-Policy",
                         fmt::format("default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'; "
                                     "frame-ancestors 'none'",
                                     backend.options.docs_style));
    co_return response;
}

}  // namespace herald::api
