// POST /v1/events/batch

#include <algorithm>
#include <utility>

#include "api/event_intake.hpp"
#include "api/handlers.hpp"
#include "api/operation_views.hpp"
#include "api/operations.hpp"

namespace herald::api {
namespace {

constexpr std::string_view scope = "POST /v1/events/batch";
constexpr std::size_t shown_errors = 10;  // of one event

EventItemView refused(std::int64_t index, const FieldErrors& errors) {
    EventItemView out{.index = index, .status = ItemStatus::invalid, .id = {}, .tracking = {}, .errors = {}};
    out.errors.emplace();
    for (std::size_t i = 0; i < std::min(errors.listed.size(), shown_errors); ++i) {
        const auto& error = errors.listed[i];
        out.errors->push_back({error.pointer, error.code, error.detail});
    }
    return out;
}

// What was read of the batch: a view of each event, in order, and those that are to be taken in.
struct Sorted {
    EventBatchView view;
    std::vector<IncomingEvent> events;
};

Sorted sorted(const Backend& backend, std::vector<EventCommand> commands, const std::string& key) {
    Sorted out;
    const auto now = backend.ports.clock.wall_now();
    for (std::size_t i = 0; i < commands.size(); ++i) {
        auto& command = commands[i];
        const auto index = static_cast<std::int64_t>(i);
        if (!command.errors.empty()) {
            out.view.results.push_back(refused(index, command.errors));
            ++out.view.invalid;
            continue;
        }
        const auto at = command.at.value_or(now);
        out.view.results.push_back({.index = index,
                                    .status = ItemStatus::accepted,
                                    .id = {},
                                    .tracking = command.track ? Tracking::queued : Tracking::none,
                                    .errors = {}});
        out.events.push_back(incoming(backend, std::move(command), key, i, at));
    }
    return out;
}

void fill_in(EventBatchView& view, const std::vector<Taken>& taken) {
    auto next = taken.begin();
    for (auto& item : view.results) {
        if (item.status == ItemStatus::invalid) continue;
        item.id = next->id;
        if (next->duplicate) {
            item.status = ItemStatus::duplicate;
            item.tracking.reset();
        }
        ++(next->duplicate ? view.duplicates : view.accepted);
        ++next;
    }
}

Task<Executed> take(Backend& backend, const Call& call, EventBatchCommand command, std::string key) {
    auto [view, events] = sorted(backend, std::move(command.events), key);
    if (!events.empty()) {
        const auto taken = co_await call.workspace.automations.take(std::move(events));
        if (!taken) co_return Executed{std::unexpected(problem(taken.error()))};
        fill_in(view, *taken);
    }
    co_return Executed{json_response(200, to_json(view))};
}

}  // namespace

Task<Answer> track_events(Backend& backend, const Call& call) {
    auto command = co_await read_body<EventBatchCommand>(
        backend, call, [method = call.request.method, path = call.target.path](std::string_view body) {
            return read_event_batch(body, method, path);
        });
    auto order = ordered(backend, call, scope, std::move(command));
    if (!order) co_return std::unexpected(std::move(order.error()));
    auto& batch = order->command;
    if (!batch.errors.empty()) co_return std::unexpected(validation_problem(std::move(batch.errors)));
    if (order->key.key.empty()) {
        auto taken = co_await take(backend, call, std::move(batch), {});
        co_return std::move(taken.answer);
    }
    co_return co_await run_here_once(backend, call, order->key,
                                     [&] { return take(backend, call, std::move(batch), order->key.key); });
}

}  // namespace herald::api
