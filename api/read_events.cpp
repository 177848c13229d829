// GET /v1/events/{id}

#include "api/campaign_view.hpp"
#include "api/event_view.hpp"
#include "api/handlers.hpp"
#include "api/json/encode.hpp"

namespace herald::api {

Task<Answer> get_event(Backend& backend, const Call& call) {
    const auto found = co_await backend.ports.automations.event(call.workspace.id, call.captured.front());
    if (!found) co_return std::unexpected(problem(found.error()));
    co_return json_response(200, to_json(event_record_view(*found)));
}

}  // namespace herald::api
