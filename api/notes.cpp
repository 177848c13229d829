// POST /v1/contacts/{contact}/notes

#include "api/handlers.hpp"
#include "api/operation_views.hpp"
#include "api/operations.hpp"
#include "domain/audit/operation_records.hpp"

namespace herald::api {
namespace {

constexpr std::string_view scope = "POST /v1/contacts/{contact}/notes";

Task<Executed> create(Backend& backend, const Call& call, ContactRef ref, NoteCommand command, Deadline deadline) {
    auto admin = co_await admin_of(backend, call, command.author, command.author_named, "author", deadline);
    if (!admin) co_return Executed{std::unexpected(std::move(admin.error()))};
    const auto note = co_await call.workspace.desk.add_note(ref, std::move(command.body), *admin, deadline);
    if (!note)
        co_return failed(operation_problem(note.error(), deadline, backend.ports.clock.now()), "note_created", ref);
    const NoteView view{note->what.id, note->contact.value, note->what.body, *admin, note->what.created_at};
    co_return Executed{json_response(201, to_json(view)), audit_resource(note->contact),
                       note_created(note->contact, view.id, *admin)};
}

}  // namespace

Task<Answer> create_note(Backend& backend, const Call& call) {
    auto ref = contact_of(call);
    if (!ref) co_return std::unexpected(std::move(ref.error()));
    auto order = ordered(
        backend, call, scope,
        read_note_command(call.request.body, call.request.method, call.target.path, call.workspace.default_admin));
    if (!order) co_return std::unexpected(std::move(order.error()));
    if (!order->command.errors.empty()) co_return std::unexpected(validation_problem(std::move(order->command.errors)));
    co_return co_await run_once(backend, call, order->key, order->deadline, [&] {
        return create(backend, call, *std::move(ref), std::move(order->command), order->deadline);
    });
}

}  // namespace herald::api
