// GET and PUT /v1/contacts/{contact}

#include "api/event_intake.hpp"
#include "api/handlers.hpp"
#include "api/operation_views.hpp"
#include "api/operations.hpp"
#include "domain/audit/operation_records.hpp"

namespace herald::api {
namespace {

constexpr std::string_view scope = "PUT /v1/contacts/{contact}";

Problem put_problem(const Error& error, Deadline deadline, SteadyTime now) {
    if (error.code != Errc::invalid_argument) return operation_problem(error, deadline, now);
    FieldErrors errors;
    errors.add({"/email", FieldCode::required, error.detail});
    return validation_problem(std::move(errors));
}

Task<Executed> put(Backend& backend, const Call& call, ContactRef ref, ContactChange change, Deadline deadline) {
    const auto done = co_await call.workspace.desk.put(ref, change, deadline);
    if (!done) co_return failed(put_problem(done.error(), deadline, backend.ports.clock.now()), "contact_changed", ref);
    const auto& id = done->profile.contact.id;
    if (!change.custom_attributes.empty()) {
        const auto now = backend.ports.clock.wall_now();
        IncomingEvent written{.id = make_id("evt", now, backend.ports.random),
                              .kind = IncomingEvent::Kind::write,
                              .contact = {ContactRef::Kind::id, id.value},
                              .name = {},
                              .at = now,
                              .metadata = change.custom_attributes,
                              .unrepeatable = true};
        // Whatever becomes of it: the contact is changed.
        const auto seen = co_await take_patiently(backend.ports.clock, call.workspace.automations, std::move(written));
        static_cast<void>(seen);
    }
    co_return Executed{json_response(done->created ? 201 : 200, to_json(contact_profile_view(done->profile))),
                       audit_resource(id), contact_put(id, change, done->created)};
}

}  // namespace

Task<Answer> get_contact(Backend& backend, const Call& call) {
    auto ref = contact_of(call);
    if (!ref) co_return std::unexpected(std::move(ref.error()));
    const auto deadline = deadline_of(call.request.headers, backend.ports.clock.now(), call.request.deadline);
    if (!deadline) co_return std::unexpected(deadline.error());
    const auto found = co_await call.workspace.desk.read(*std::move(ref), *deadline);
    if (!found) co_return std::unexpected(operation_problem(found.error(), *deadline, backend.ports.clock.now()));
    co_return json_response(200, to_json(contact_profile_view(*found)));
}

Task<Answer> put_contact(Backend& backend, const Call& call) {
    auto ref = contact_of(call);
    if (!ref) co_return std::unexpected(std::move(ref.error()));
    auto order = ordered(backend, call, scope,
                         read_contact_change(call.request.body, call.request.method, call.target.path, *ref));
    if (!order) co_return std::unexpected(std::move(order.error()));
    if (!order->command.errors.empty()) co_return std::unexpected(validation_problem(std::move(order->command.errors)));
    co_return co_await run_once(backend, call, order->key, order->deadline, [&] {
        return put(backend, call, *std::move(ref), std::move(order->command.change), order->deadline);
    });
}

}  // namespace herald::api
