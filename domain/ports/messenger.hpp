#pragma once
// What the domain asks of Intercom. No status code, header or JSON appears here; adapters/intercom
// translates. Every call is exactly one attempt against Intercom unless it says otherwise.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/campaign/campaign.hpp"
#include "domain/contact/contact.hpp"
#include "domain/contact/profile.hpp"
#include "domain/core/result.hpp"
#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald {

// One message to one contact, rendered.
struct OutboundMessage {
    Channel channel{};
    std::int64_t admin_id{};
    ContactId to;
    ContactRole to_role{};
    std::string subject;  // email only
    std::string body;     // HTML
    Style style{};        // email only
};

// Intercom's acceptance: enqueued there, not delivered.
struct Receipt {
    std::string message_id;
    std::string request_id;

    friend bool operator==(const Receipt&, const Receipt&) = default;
};

class Messenger {
 public:
    virtual ~Messenger() = default;

    // Errors: contact_not_found, contact_merged, unsubscribed, content_rejected, credential, rate_limited,
    // not_executed (safe to send again) and outcome_unknown (must never be sent again by the machine).
    virtual Task<Result<Receipt>> deliver(const OutboundMessage& message, Deadline deadline) = 0;
};

// A custom event about a contact. `at` is fixed before the first attempt, so that a repetition is
// recognised by Intercom as the same event.
struct TrackedEvent {
    std::string name;
    WallTime at{};
    ContactId contact;
    Scalars metadata;  // at most 10 keys; Intercom drops the rest
};

class EventTracker {
 public:
    virtual ~EventTracker() = default;

    // Safe to repeat. Errors as Messenger::deliver, without unsubscribed.
    virtual Task<Result<void>> track(const TrackedEvent& event, Deadline deadline) = 0;
};

// A note on a contact.
struct NewNote {
    ContactId contact;
    std::string body;
    std::int64_t admin_id{};  // whose note it is
};

struct Note {
    std::string id;
    std::string body;  // as Intercom keeps it: HTML
    WallTime created_at{};

    friend bool operator==(const Note&, const Note&) = default;
};

class NoteWriter {
 public:
    virtual ~NoteWriter() = default;

    // Not safe to repeat. Errors as Messenger::deliver, without unsubscribed.
    virtual Task<Result<Note>> write(const NewNote& note, Deadline deadline) = 0;
};

// What a look-up found. Without a contact, `why_not` says why: not_found, archived or ambiguous_contact.
struct Lookup {
    std::optional<Contact> contact;
    std::optional<SkipReason> why_not;

    friend bool operator==(const Lookup&, const Lookup&) = default;
};

class ContactDirectory {
 public:
    virtual ~ContactDirectory() = default;

    // The answers stand in the order of `refs`; up to 50 references, of one kind or mixed. A reference by id
    // or external_id is not_found only after Intercom's exact look-up confirmed it; one by email may be
    // too new for Intercom's search, so the caller looks again later before it gives up.
    // Several calls, paced and retried. Errors: credential, rate_limited, not_executed, outcome_unknown,
    // upstream_unavailable, content_rejected, deadline_exceeded.
    virtual Task<Result<std::vector<Lookup>>> find(std::vector<ContactRef> refs, Deadline deadline) = 0;
};

struct Admin {
    std::int64_t id{};
    std::string name;
    std::string email;
};

class AdminDirectory {
 public:
    virtual ~AdminDirectory() = default;

    // Every admin of the workspace. Paced and retried; errors as ContactDirectory::find.
    virtual Task<Result<std::vector<Admin>>> admins(Deadline deadline) = 0;
};

}  // namespace herald
