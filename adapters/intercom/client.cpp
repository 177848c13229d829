#include "adapters/intercom/client.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "adapters/intercom/contact_wire.hpp"
#include "adapters/intercom/translate.hpp"
#include "adapters/intercom/wire.hpp"

namespace herald::intercom {
namespace {

bool succeeded(const http::Reply& reply) {
    return reply.status >= 200 && reply.status < 300;
}

}  // namespace

std::string encoded(std::string_view text) {
    return boost::urls::encode(boost::urls::string_view(text.data(), text.size()), boost::urls::unreserved_chars);
}

http::Call make_call(const Credential& credential, std::string method, std::string target, std::string body) {
    http::Call call;
    call.method = std::move(method);
    call.target = std::move(target);
    call.headers.reserve(4);
    call.headers.emplace_back("Authorization", "Bearer " + credential.token);
    call.headers.emplace_back("Intercom-Version", api_version);
    call.headers.emplace_back("Accept", "application/json");
    if (!body.empty()) call.headers.emplace_back("Content-Type", "application/json");
    call.body = std::move(body);
    return call;
}

http::Call identify_call(const Credential& credential) {
    return make_call(credential, "GET", "/me");
}

Error Sender::failed(Error error) const {
    if (error.code == Errc::credential) refused_();
    return error;
}

Task<Result<Receipt>> Sender::deliver(const OutboundMessage& message, Deadline deadline) {
    auto call = make_call(credential_, "POST", "/messages", message_json(message));
    call.safe_to_repeat = false;
    call.total = send_total;
    const auto outcome = co_await wire_.send(call, deadline);
    if (!outcome) co_return failed(translate(outcome.error()));
    if (!succeeded(*outcome)) co_return failed(translate(*outcome));
    auto id = read_message_id(outcome->body);
    if (!id) {
        auto error = translate(*outcome);
        error.detail = "Intercom answered 200 without a message id";
        co_return error;
    }
    co_return Receipt{std::move(*id), std::string(outcome->header("X-Request-Id"))};
}

Task<Result<void>> Sender::track(const TrackedEvent& event, Deadline deadline) {
    const auto outcome = co_await wire_.send(make_call(credential_, "POST", "/events", event_json(event)), deadline);
    if (!outcome) co_return failed(translate(outcome.error()));
    if (!succeeded(*outcome)) co_return failed(translate(*outcome));
    co_return Result<void>{};
}

Task<Result<Note>> Sender::write(const NewNote& note, Deadline deadline) {
    auto call = make_call(credential_, "POST", "/contacts/" + encoded(note.contact.value) + "/notes", note_json(note));
    call.safe_to_repeat = false;
    call.total = send_total;
    const auto outcome = co_await wire_.send(call, deadline);
    if (!outcome) co_return failed(translate(outcome.error()));
    if (!succeeded(*outcome)) co_return failed(translate(*outcome));
    auto written = read_note(outcome->body);
    if (!written) co_return Error{Errc::outcome_unknown, "Intercom's answer about a note cannot be read"};
    co_return *std::move(written);
}

Task<Result<http::Reply>> Directory::ask(std::string method, std::string target, std::string body, Deadline deadline) {
    const auto call = make_call(credential_, std::move(method), std::move(target), std::move(body));
    auto outcome = co_await exchange_.send(call, deadline);
    co_return judged(std::move(outcome));
}

Result<http::Reply> Directory::judged(http::Outcome outcome) {
    if (!outcome) return translate(outcome.error());
    if (succeeded(*outcome)) return std::move(*outcome);
    auto error = translate(*outcome);
    if (error.code == Errc::credential) refused_();
    return error;
}

Task<Result<std::vector<Admin>>> Directory::admins(Deadline deadline) {
    const auto reply = co_await ask("GET", "/admins", {}, deadline);
    if (!reply) co_return reply.error();
    auto admins = read_admins(reply->body);
    if (!admins) co_return Error{Errc::outcome_unknown, "Intercom's list of admins cannot be read"};
    co_return std::move(*admins);
}

}  // namespace herald::intercom
