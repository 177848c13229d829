// DELETE /v1/contacts/{contact}/data

#include "api/handlers.hpp"
#include "api/operation_views.hpp"
#include "api/operations.hpp"

namespace herald::api {
namespace {

constexpr std::string_view scope = "DELETE /v1/contacts/{contact}/data";

struct Names {
    std::vector<ContactRef> known_as;
    bool asked{};
};

// Under which other names Intercom knows the person. What cannot be found out now does not hold up the erasure.
Task<Names> names_of(const Call& call, ContactRef ref, Deadline deadline) {
    Names out{{ref}, false};
    const auto found = co_await call.workspace.desk.read(std::move(ref), deadline);
    out.asked = found || found.error().code == Errc::contact_not_found;
    if (!found) co_return out;
    const auto& contact = found->contact;
    out.known_as.push_back({ContactRef::Kind::id, contact.id.value});
    if (contact.external_id) out.known_as.push_back({ContactRef::Kind::external_id, *contact.external_id});
    if (contact.email) out.known_as.push_back({ContactRef::Kind::email, *contact.email});
    co_return out;
}

// What a repetition of a request about the person is answered with.
std::string gone(const Call& call, WallTime now) {
    const Problem problem{
        .status = 410,
        .code = "contact_erased",
        .detail = "the data of the contact was erased, and this answer with it; nothing is done again"};
    return to_stored(to_response(problem, request_id(call.request), now));
}

Task<Executed> erase(Backend& backend, const Call& call, ContactRef ref, Deadline deadline) {
    const auto names = co_await names_of(call, std::move(ref), deadline);
    const auto now = backend.ports.clock.wall_now();
    const auto erased = co_await backend.ports.people.erase(call.caller(), names.known_as, gone(call, now), now);
    // Also after an error: it may have come behind the erasure.
    call.workspace.automations.changed();
    if (!erased) co_return Executed{std::unexpected(problem(erased.error()))};
    const ErasureView view{erased->deliveries, erased->cancelled, erased->messages,
                           erased->events,     erased->answers,   names.asked};
    co_return Executed{json_response(200, to_json(view))};
}

}  // namespace

Task<Answer> erase_contact(Backend& backend, const Call& call) {
    auto ref = contact_of(call);
    if (!ref) co_return std::unexpected(std::move(ref.error()));
    auto order =
        ordered(backend, call, scope, read_no_content(call.request.body, call.request.method, call.target.path));
    if (!order) co_return std::unexpected(std::move(order.error()));
    if (!order->command.errors.empty()) co_return std::unexpected(validation_problem(std::move(order->command.errors)));
    co_return co_await run_here_once(backend, call, order->key,
                                     [&] { return erase(backend, call, *std::move(ref), order->deadline); });
}

}  // namespace herald::api
