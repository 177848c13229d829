// GET /v1/deliveries/{id} and POST /v1/deliveries/{id}/resolve

#include <utility>

#include "api/campaign_view.hpp"
#include "api/delivery_view.hpp"
#include "api/handlers.hpp"
#include "api/idempotency.hpp"
#include "api/json/encode.hpp"
#include "api/resolve_command.hpp"

namespace herald::api {
namespace {

constexpr std::string_view scope = "POST /v1/deliveries/{id}/resolve";
constexpr std::chrono::days answer_kept{7};

// What is no id at all is not found either.
OrProblem<std::int64_t> delivery_of(const Call& call) {
    const auto number = number_of_id("dlv", call.captured.front());
    if (!number) return std::unexpected(problem(Error{Errc::not_found, "there is no such delivery"}));
    return *number;
}

Response shown(const DeliveryDetails& details) {
    return json_response(200, to_json(delivery_view(details)));
}

}  // namespace

Task<Answer> get_delivery(Backend& backend, const Call& call) {
    const auto number = delivery_of(call);
    if (!number) co_return std::unexpected(number.error());
    const auto details = co_await backend.ports.records.get(call.workspace.id, *number);
    if (!details) co_return std::unexpected(problem(details.error()));
    co_return shown(*details);
}

Task<Answer> resolve_delivery(Backend& backend, const Call& call) {
    auto key = idempotency_key(call);
    if (!key) co_return std::unexpected(std::move(key.error()));
    const auto number = delivery_of(call);
    if (!number) co_return std::unexpected(number.error());
    auto command = read_resolve_command(call.request.body, call.request.method, call.target.path);
    if (!command)
        co_return std::unexpected(Problem{.status = 400, .code = "malformed_json", .detail = command.error()});
    if (!command->errors.empty()) co_return std::unexpected(validation_problem(std::move(command->errors)));

    const auto now = backend.ports.clock.wall_now();
    Idempotency idempotency{.scope = std::string(scope),
                            .key = *std::move(key),
                            .request_hash = std::move(command->request_hash),
                            .render = {},
                            .expires_at = now + answer_kept};
    const auto resolved = co_await backend.ports.records.resolve(
        call.caller(), {*number, command->outcome, std::move(command->note), now}, std::move(idempotency),
        [](const DeliveryDetails& details) { return to_stored(shown(details)); });
    if (!resolved) co_return std::unexpected(problem(resolved.error()));
    if (resolved->replay) co_return replayed(*resolved->replay);
    backend.ports.changes.notify(resolved->details.record.campaign);
    co_return shown(resolved->details);
}

}  // namespace herald::api
