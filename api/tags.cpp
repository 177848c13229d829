// PUT and DELETE /v1/contacts/{contact}/tags/{tag}

#include "api/handlers.hpp"
#include "api/operation_views.hpp"
#include "api/operations.hpp"
#include "domain/audit/operation_records.hpp"

namespace herald::api {
namespace {

constexpr std::string_view add_scope = "PUT /v1/contacts/{contact}/tags/{tag}";
constexpr std::string_view remove_scope = "DELETE /v1/contacts/{contact}/tags/{tag}";

using Change = Task<Executed> (*)(Backend&, const Call&, ContactRef, std::string, Deadline);

Task<Executed> add(Backend& backend, const Call& call, ContactRef ref, std::string name, Deadline deadline) {
    const auto tag = co_await call.workspace.desk.add_tag(ref, std::move(name), deadline);
    if (!tag) co_return failed(operation_problem(tag.error(), deadline, backend.ports.clock.now()), "tag_added", ref);
    const ContactTagView view{tag->contact.value, tag->what.name, tag->what.id, true};
    co_return Executed{json_response(200, to_json(view)), audit_resource(tag->contact),
                       tag_changed(tag->contact, view.name, true)};
}

Task<Executed> remove(Backend& backend, const Call& call, ContactRef ref, std::string name, Deadline deadline) {
    const auto tag = co_await call.workspace.desk.remove_tag(ref, name, deadline);
    if (!tag) co_return failed(operation_problem(tag.error(), deadline, backend.ports.clock.now()), "tag_removed", ref);
    ContactTagView view{tag->contact.value, std::move(name), {}, false};
    if (tag->what) {
        view.name = tag->what->name;
        view.tag_id = tag->what->id;
    }
    // Who did not carry it was not changed.
    auto record = tag->what ? std::optional(tag_changed(tag->contact, view.name, false)) : std::nullopt;
    co_return Executed{json_response(200, to_json(view)), audit_resource(tag->contact), std::move(record)};
}

Task<Answer> change_tag(Backend& backend, const Call& call, std::string_view scope, Change change) {
    auto ref = contact_of(call);
    if (!ref) co_return std::unexpected(std::move(ref.error()));
    auto name = tag_of(call);
    if (!name) co_return std::unexpected(std::move(name.error()));
    auto order =
        ordered(backend, call, scope, read_no_content(call.request.body, call.request.method, call.target.path));
    if (!order) co_return std::unexpected(std::move(order.error()));
    if (!order->command.errors.empty()) co_return std::unexpected(validation_problem(std::move(order->command.errors)));
    co_return co_await run_once(backend, call, order->key, order->deadline, [&] {
        return change(backend, call, *std::move(ref), *std::move(name), order->deadline);
    });
}

}  // namespace

Task<Answer> add_tag(Backend& backend, const Call& call) {
    return change_tag(backend, call, add_scope, add);
}

Task<Answer> remove_tag(Backend& backend, const Call& call) {
    return change_tag(backend, call, remove_scope, remove);
}

}  // namespace herald::api
