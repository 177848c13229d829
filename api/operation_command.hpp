#pragma once
// The operations on one contact, read from their bodies. Pure: a large body is read by the worker.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/field_error.hpp"
#include "domain/contact/profile.hpp"
#include "domain/content/message_content.hpp"
#include "domain/message/message.hpp"

namespace herald::api {

// When there are errors, nothing else counts but the hash.
struct CommandHead {
    std::string request_hash;
    FieldErrors errors;
};

struct MessageCommand : CommandHead {
    ContactRef contact;
    Campaign content;  // channel, subject, body and style of what is sent, and whom it is from
    bool sender_named{};
    Variables variables;
    std::optional<SendPolicy> policy;
};

struct NoteCommand : CommandHead {
    std::string body;
    Sender author;
    bool author_named{};
};

struct EventCommand : CommandHead {
    ContactRef contact;
    std::string name;
    std::optional<WallTime> at;
    Scalars metadata;
    std::optional<std::string> id;  // the sender's
    bool track{true};
};

struct EventBatchCommand : CommandHead {
    std::vector<EventCommand> events;  // in the order of the body; each with its own errors, and without a hash
};

struct ContactChangeCommand : CommandHead {
    ContactChange change;
};

template <class Command>
using OrNoJson = std::expected<Command, std::string>;  // the error says why the body is no JSON

OrNoJson<MessageCommand> read_message_command(std::string_view body, std::string_view method, std::string_view path,
                                              std::optional<std::int64_t> default_admin);
OrNoJson<NoteCommand> read_note_command(std::string_view body, std::string_view method, std::string_view path,
                                        std::optional<std::int64_t> default_admin);
OrNoJson<EventCommand> read_event_command(std::string_view body, std::string_view method, std::string_view path);
OrNoJson<EventBatchCommand> read_event_batch(std::string_view body, std::string_view method, std::string_view path);
// `ref`: whom the path names; the change must not say otherwise.
OrNoJson<ContactChangeCommand> read_contact_change(std::string_view body, std::string_view method,
                                                   std::string_view path, const ContactRef& ref);
// Of an operation that its path says completely.
OrNoJson<CommandHead> read_no_content(std::string_view body, std::string_view method, std::string_view path);

}  // namespace herald::api
