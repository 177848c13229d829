// POST /v1/events

#include "api/event_intake.hpp"
#include "api/handlers.hpp"
#include "api/operation_views.hpp"
#include "api/operations.hpp"
#include "domain/audit/operation_records.hpp"

namespace herald::api {
namespace {

constexpr std::string_view scope = "POST /v1/events";

// Of an event that is known by its id: Intercom has it, or is still to be told.
Executed duplicate(EventCommand command, WallTime at) {
    TrackedEventView view;
    view.id = *std::move(command.id);
    view.event_name = std::move(command.name);
    view.created_at = at;
    view.duplicate = true;
    return Executed{json_response(202, to_json(view))};
}

// At Intercom first, so that an error leaves nothing behind and the whole request can be repeated. When Intercom may
// have it, the automations get it too, and Intercom is told again: it takes that for the same event.
Task<Executed> track(Backend& backend, const Call& call, EventCommand command, std::string key, Deadline deadline) {
    auto& clock = backend.ports.clock;
    // Fixed before the first attempt, so that Intercom takes every repetition for the same event.
    const auto at = std::chrono::floor<seconds>(command.at.value_or(clock.wall_now()));
    const bool named = command.id.has_value();
    if (named) {
        const auto known = co_await call.workspace.automations.known(*command.id);
        if (!known) co_return Executed{std::unexpected(problem(known.error()))};
        if (*known) co_return duplicate(std::move(command), at);
    }
    auto event = incoming(backend, std::move(command), key, 0, at);
    TrackedEvent tracked{event.name, at, {}, event.metadata};
    const auto done = co_await call.workspace.desk.track(event.contact, std::move(tracked), deadline);
    if (!done && done.error().code != Errc::outcome_unknown)
        co_return Executed{std::unexpected(operation_problem(done.error(), deadline, clock.now()))};
    event.tracked = done.has_value();
    event.track = !done && named;  // a repetition of the request would be a duplicate
    if (done) event.contact = {ContactRef::Kind::id, done->contact.value};
    const auto taken = co_await take_patiently(clock, call.workspace.automations, std::move(event));
    if (!done) co_return Executed{std::unexpected(operation_problem(done.error(), deadline, clock.now()))};
    if (!taken) co_return Executed{std::unexpected(problem(taken.error()))};
    const auto& what = done->what;
    const TrackedEventView view{.id = taken->id,
                                .contact_id = done->contact.value,
                                .event_name = what.name,
                                .created_at = what.at,
                                .metadata = what.metadata,
                                .duplicate = taken->duplicate,
                                .tracked = true};
    co_return Executed{json_response(202, to_json(view)), audit_resource(done->contact)};
}

// For the automations alone.
Task<Executed> take(Backend& backend, const Call& call, EventCommand command, std::string key) {
    const auto at = command.at.value_or(backend.ports.clock.wall_now());
    TrackedEventView view;
    view.event_name = command.name;
    view.created_at = at;
    std::vector<IncomingEvent> one;
    one.push_back(incoming(backend, std::move(command), key, 0, at));
    const auto taken = co_await call.workspace.automations.take(std::move(one));
    if (!taken) co_return Executed{std::unexpected(problem(taken.error()))};
    view.id = taken->front().id;
    view.duplicate = taken->front().duplicate;
    co_return Executed{json_response(202, to_json(view))};
}

}  // namespace

Task<Answer> track_event(Backend& backend, const Call& call) {
    auto order =
        ordered(backend, call, scope, read_event_command(call.request.body, call.request.method, call.target.path));
    if (!order) co_return std::unexpected(std::move(order.error()));
    auto& [key, deadline, command] = *order;
    if (!command.errors.empty()) co_return std::unexpected(validation_problem(std::move(command.errors)));
    if (command.track)
        co_return co_await run_once(backend, call, key, deadline,
                                    [&] { return track(backend, call, std::move(command), key.key, deadline); });
    if (!key.key.empty())
        co_return co_await run_here_once(backend, call, key,
                                         [&] { return take(backend, call, std::move(command), key.key); });
    auto taken = co_await take(backend, call, std::move(command), {});
    co_return std::move(taken.answer);
}

}  // namespace herald::api
