// POST /v1/events

#include "api/handlers.hpp"
#include "api/operation_views.hpp"
#include "api/operations.hpp"
#include "domain/audit/operation_records.hpp"

namespace herald::api {
namespace {

constexpr std::string_view scope = "POST /v1/events";

Task<Executed> track(Backend& backend, const Call& call, EventCommand command, Deadline deadline) {
    // Fixed before the first attempt, so that Intercom takes every repetition for the same event.
    const auto at = command.at.value_or(backend.ports.clock.wall_now());
    TrackedEvent event{std::move(command.name), std::chrono::floor<seconds>(at), {}, std::move(command.metadata)};
    const auto tracked = co_await call.workspace.desk.track(std::move(command.contact), std::move(event), deadline);
    if (!tracked)
        co_return Executed{std::unexpected(operation_problem(tracked.error(), deadline, backend.ports.clock.now()))};
    const auto& done = tracked->what;
    const TrackedEventView view{tracked->contact.value, done.name, done.at, done.metadata};
    co_return Executed{json_response(202, to_json(view)), audit_resource(tracked->contact)};
}

}  // namespace

Task<Answer> track_event(Backend& backend, const Call& call) {
    auto order =
        ordered(backend, call, scope, read_event_command(call.request.body, call.request.method, call.target.path));
    if (!order) co_return std::unexpected(std::move(order.error()));
    if (!order->command.errors.empty()) co_return std::unexpected(validation_problem(std::move(order->command.errors)));
    co_return co_await run_once(backend, call, order->key, order->deadline,
                                [&] { return track(backend, call, std::move(order->command), order->deadline); });
}

}  // namespace herald::api
