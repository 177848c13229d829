// POST /v1/messages and GET /v1/messages/{id}
//
// What a crash leaves behind: before the intent nothing; after it a message that is `unknown` after the restart, and a
// key that is answered outcome_unknown; after the outcome is stored, the answer.

#include <utility>

#include <fmt/format.h>

#include "api/handlers.hpp"
#include "api/operation_views.hpp"
#include "api/operations.hpp"
#include "domain/content/message_content.hpp"
#include "domain/message/settle.hpp"

namespace herald::api {
namespace {

constexpr std::string_view scope = "POST /v1/messages";

std::string message_path(const MessageId& id) {
    return "/v1/messages/" + id.value;
}

Response sent(const DirectMessage& message) {
    auto response = json_response(201, to_json(message_view(message)));
    response.headers.set("Location", message_path(message.id));
    return response;
}

// With the variables that the request and the contact have; every one that is missing is named.
OrProblem<RenderedMessage> rendered(const MessageCommand& command, const Contact& contact) {
    const auto content = MessageContent::compile(command.content);
    if (!content) throw std::logic_error("a template that was accepted does not compile");
    const auto variables = merge_variables(command.variables, {}, contact.attributes);
    FieldErrors errors;
    for (const auto& name : content->missing(variables))
        errors.add({"/variables/" + name, FieldCode::required, "the contact has no such attribute either"});
    if (!errors.empty()) return std::unexpected(validation_problem(std::move(errors)));
    auto message = content->render(variables);
    if (message) return *std::move(message);
    errors.add({command.content.body.format == Body::Format::html ? "/body_html" : "/body_text", FieldCode::too_long,
                message.error().detail});
    return std::unexpected(validation_problem(std::move(errors)));
}

OutboundMessage outbound(const DirectMessage& message, ContactRole role) {
    return {message.channel, message.admin_id, message.contact, role, message.subject, message.body, message.style};
}

DirectMessage intent(const Call& call, const MessageCommand& command, const Contact& contact, RenderedMessage&& text,
                     std::int64_t admin_id) {
    DirectMessage out;
    out.ref = command.contact;
    out.contact = contact.id;
    out.channel = command.content.channel;
    out.subject = std::move(text.subject);
    out.body = std::move(text.body);
    out.style = command.content.style;
    out.admin_id = admin_id;
    const auto of_caller = call.caller_key ? call.caller_key->delivery_policy : std::nullopt;
    out.policy = command.policy.value_or(of_caller.value_or(SendPolicy::at_least_once));
    out.state = MessageState::sending;
    return out;
}

Answer answer_to(const DirectMessage& message, const Delivered& delivered, Deadline deadline, SteadyTime now) {
    const auto error = error_of(delivered);
    if (!error) return sent(message);
    auto problem = operation_problem(*error, deadline, now);
    problem.message_id = message.id.value;
    return std::unexpected(std::move(problem));
}

// From the durable intent to the durable outcome.
Task<Answer> deliver(Backend& backend, const Call& call, RequestKey key, DirectMessage message, ContactRole role,
                     Deadline deadline) {
    auto& ports = backend.ports;
    message.created_at = message.updated_at = ports.clock.wall_now();
    message.id = {make_id("msg", message.created_at, ports.random)};
    message.workspace = call.workspace.id;
    const auto known =
        co_await ports.messages.intend(call.caller(), message, key, message.created_at + operation_answer_kept);
    if (!known) co_return std::unexpected(problem(known.error()));
    if (auto answer = answer_of(*known)) co_return *std::move(answer);

    auto out = outbound(message, role);
    const auto delivered = co_await call.workspace.desk.send(message.ref, out, message.policy, deadline);
    message.contact = out.to;
    settle(message, delivered, ports.clock.wall_now());
    auto answer = answer_to(message, delivered, deadline, ports.clock.now());
    const auto stored = kept(call, answer, ports.clock.wall_now());
    co_await persist(ports.clock, [&] { return ports.messages.settle(call.caller(), message, key, stored); });
    co_return answer;
}

}  // namespace

Task<Answer> send_message(Backend& backend, const Call& call) {
    auto read = co_await read_body<MessageCommand>(backend, call, [&](std::string_view body) {
        return read_message_command(body, call.request.method, call.target.path, call.workspace.default_admin);
    });
    auto order = ordered(backend, call, scope, std::move(read));
    if (!order) co_return std::unexpected(std::move(order.error()));
    auto& command = order->command;
    const auto deadline = order->deadline;
    auto& desk = call.workspace.desk;

    if (!command.errors.empty()) co_return std::unexpected(validation_problem(std::move(command.errors)));
    if (auto answer = co_await answered_at_once(backend, call, order->key, deadline)) co_return *std::move(answer);

    auto admin = co_await admin_of(backend, call, command.content.sender, command.sender_named, "sender", deadline);
    if (!admin) co_return std::unexpected(std::move(admin.error()));
    const auto contact = co_await desk.reachable(command.contact, command.content.channel, deadline);
    if (!contact) co_return std::unexpected(operation_problem(contact.error(), deadline, backend.ports.clock.now()));
    auto text = rendered(command, *contact);
    if (!text) co_return std::unexpected(std::move(text.error()));
    co_return co_await deliver(backend, call, order->key, intent(call, command, *contact, *std::move(text), *admin),
                               contact->role, deadline);
}

Task<Answer> get_message(Backend& backend, const Call& call) {
    const auto& id = call.captured.front();
    if (!is_id("msg", id)) co_return std::unexpected(problem(Error{Errc::not_found, "there is no such message"}));
    const auto found = co_await backend.ports.messages.find(call.workspace.id, {id});
    if (!found) co_return std::unexpected(problem(found.error()));
    co_return json_response(200, to_json(message_view(*found)));
}

}  // namespace herald::api
