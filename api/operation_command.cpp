#include "api/operation_command.hpp"

#include <utility>

#include "api/digest.hpp"
#include "api/json/parse.hpp"
#include "api/operation_body.hpp"

namespace herald::api {
namespace {

// Decodes the body as `Body`, and leaves what it must be checked for to the caller.
template <class Command, class Body, class Also, class Fill>
OrNoJson<Command> read(std::string_view text, std::string_view method, std::string_view path, Also also, Fill fill) {
    const auto value = parse_json(text.empty() ? "{}" : text);
    if (!value) return std::unexpected(value.error());
    Command command;
    command.request_hash = request_hash(method, path, *value);
    Decoder decoder;
    Body body;
    decode(decoder, *value, body);
    if (value->is_object()) also(decoder, std::as_const(body));
    command.errors = decoder.take();
    if (command.errors.empty()) fill(command, body);
    return command;
}

constexpr auto nothing_else = [](Decoder&, const auto&) {};

void need_sender(Decoder& decoder, std::string_view member, bool named, std::optional<std::int64_t> default_admin) {
    if (!named && !default_admin && !decoder.failed(member))
        decoder.fail_at(member, FieldCode::sender_missing,
                        "name an admin, or set INTERCOM_SENDER_ADMIN_ID for this service");
}

Sender sender_of(std::optional<SenderBody>& body, std::optional<std::int64_t> default_admin) {
    if (!body) return {.admin_id = default_admin, .email = {}, .verified = false};
    Sender out{.admin_id = body->admin_id, .email = {}, .verified = false};
    if (body->email) out.email = std::move(body->email->value);
    return out;
}

template <class T>
void take(std::optional<std::string>& out, std::optional<T>& from) {
    if (from) out = std::move(from->value);
}

void fill_event(EventCommand& out, EventBody& parsed) {
    out.contact = ref_of(parsed.contact);
    out.name = std::move(parsed.event_name.value);
    out.at = parsed.created_at;
    if (parsed.metadata) out.metadata = std::move(parsed.metadata->values);
    take(out.id, parsed.id);
    out.track = parsed.track.value_or(true);
}

EventCommand event_at(std::size_t place, const boost::json::value& value) {
    Decoder decoder;
    EventBody body;
    EventCommand out;
    {
        const auto events = decoder.enter("events");
        const auto inside = decoder.enter(place);
        decode(decoder, value, body);
    }
    out.errors = decoder.take();
    if (out.errors.empty()) fill_event(out, body);
    return out;
}

// The path names the person; the body may repeat that, and nothing else.
void check_same(Decoder& decoder, std::string_view member, const ContactRef& path, ContactRef body) {
    if (normalized(path) != normalized(std::move(body)))
        decoder.fail_at(member, FieldCode::not_allowed, "must be what the path says, or be left out");
}

}  // namespace

OrNoJson<MessageCommand> read_message_command(std::string_view body, std::string_view method, std::string_view path,
                                              std::optional<std::int64_t> default_admin) {
    return read<MessageCommand, MessageBody>(
        body, method, path,
        [&](Decoder& decoder, const MessageBody& parsed) {
            need_sender(decoder, "sender", parsed.sender.has_value(), default_admin);
        },
        [&](MessageCommand& out, MessageBody& parsed) {
            out.contact = ref_of(parsed.contact);
            out.content.channel = parsed.channel;
            take(out.content.subject, parsed.subject);
            out.content.body = parsed.body_html ? Body{Body::Format::html, std::move(parsed.body_html->value)}
                                                : Body{Body::Format::text, std::move(parsed.body_text->value)};
            out.content.style = parsed.style.value_or(Style::plain);
            out.content.sender = sender_of(parsed.sender, default_admin);
            out.sender_named = parsed.sender.has_value();
            if (parsed.variables) out.variables = std::move(parsed.variables->values);
            out.policy = parsed.delivery_policy;
        });
}

OrNoJson<NoteCommand> read_note_command(std::string_view body, std::string_view method, std::string_view path,
                                        std::optional<std::int64_t> default_admin) {
    return read<NoteCommand, NoteBody>(
        body, method, path,
        [&](Decoder& decoder, const NoteBody& parsed) {
            need_sender(decoder, "author", parsed.author.has_value(), default_admin);
        },
        [&](NoteCommand& out, NoteBody& parsed) {
            out.body = std::move(parsed.body.value);
            out.author = sender_of(parsed.author, default_admin);
            out.author_named = parsed.author.has_value();
        });
}

OrNoJson<EventCommand> read_event_command(std::string_view body, std::string_view method, std::string_view path) {
    return read<EventCommand, EventBody>(body, method, path, nothing_else, fill_event);
}

OrNoJson<EventBatchCommand> read_event_batch(std::string_view body, std::string_view method, std::string_view path) {
    const auto fill = [](EventBatchCommand& out, EventBatchBody& parsed) {
        for (const auto& event : parsed.events.values) out.events.push_back(event_at(out.events.size(), event.value));
    };
    return read<EventBatchCommand, EventBatchBody>(body, method, path, nothing_else, fill);
}

OrNoJson<ContactChangeCommand> read_contact_change(std::string_view body, std::string_view method,
                                                   std::string_view path, const ContactRef& ref) {
    return read<ContactChangeCommand, ContactChangeBody>(
        body, method, path,
        [&](Decoder& decoder, const ContactChangeBody& parsed) {
            if (ref.kind == ContactRef::Kind::email && parsed.email && !decoder.failed("email"))
                check_same(decoder, "email", ref, {ref.kind, parsed.email->value});
            if (ref.kind == ContactRef::Kind::external_id && parsed.external_id && !decoder.failed("external_id"))
                check_same(decoder, "external_id", ref, {ref.kind, parsed.external_id->value});
        },
        [](ContactChangeCommand& out, ContactChangeBody& parsed) {
            take(out.change.external_id, parsed.external_id);
            take(out.change.email, parsed.email);
            take(out.change.name, parsed.name);
            take(out.change.phone, parsed.phone);
            out.change.signed_up_at = parsed.signed_up_at;
            out.change.unsubscribe_from_emails = parsed.unsubscribed_from_emails.value_or(false);
            if (parsed.custom_attributes) out.change.custom_attributes = std::move(parsed.custom_attributes->values);
        });
}

OrNoJson<CommandHead> read_no_content(std::string_view body, std::string_view method, std::string_view path) {
    return read<CommandHead, EmptyBody>(body, method, path, nothing_else, [](CommandHead&, EmptyBody&) {});
}

}  // namespace herald::api
