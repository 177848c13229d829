#pragma once
// What Intercom can do for one contact at somebody's direct request: paced on the interactive lane, protected by
// the same breaker as everything else, and repeated while the deadline leaves room for it (1-2-4 s, 429 when the
// limiter lets calls through again). No status code, header or JSON appears here.
//
// Errors of all: contact_not_found, contact_merged (with the survivor's id), content_rejected, credential,
// rate_limited, upstream_unavailable, not_executed, deadline_exceeded, shutting_down and outcome_unknown. The last
// one means that an effect may have taken place; what only reads answers not_executed instead.

#include <optional>
#include <string>

#include "domain/contact/profile.hpp"
#include "domain/message/message.hpp"
#include "domain/ports/messenger.hpp"

namespace herald {

// How a message ended, and how often it went onto the wire for that.
struct Delivered {
    Result<Receipt> outcome;
    int attempts{};
    int ambiguous{};  // attempts that may or may not have been executed
};

struct Tag {
    std::string id;
    std::string name;

    friend bool operator==(const Tag&, const Tag&) = default;
};

struct CreatedContact {
    ContactProfile profile;
    bool created{};  // false: it was there already, and was changed
};

// What an error of a call that changes nothing means: not to know its outcome is not to have an answer.
inline Error of_a_read(Error error) {
    if (error.code == Errc::outcome_unknown) error.code = Errc::not_executed;
    return error;
}

class ContactOperations {
 public:
    virtual ~ContactOperations() = default;

    // at_least_once repeats after any failure, at_most_once only what was certainly not executed. Also
    // unsubscribed.
    virtual Task<Delivered> send(const OutboundMessage& message, SendPolicy policy, Deadline deadline) = 0;

    // Not safe to repeat, so an ambiguous outcome ends it.
    virtual Task<Result<Note>> add_note(const NewNote& note, Deadline deadline) = 0;

    // Safe to repeat: `at` was fixed by the caller.
    virtual Task<Result<void>> track(const TrackedEvent& event, Deadline deadline) = 0;

    // By Intercom's id or by external id, which are never behind. A merged contact is the survivor; an archived
    // one is found. `ref` by email is not for this call: see ContactDirectory.
    virtual Task<Result<ContactProfile>> read(ContactRef ref, Deadline deadline) = 0;

    // Also contact_conflict: an id or address of the change belongs to another contact. Follows a merge.
    virtual Task<Result<ContactProfile>> update(ContactId contact, const ContactChange& change, Deadline deadline) = 0;
    // A user. Whoever is there already with these details is changed instead, and brought back from the archive;
    // contact_conflict when that one is known under another external id.
    virtual Task<Result<CreatedContact>> create(const ContactChange& change, Deadline deadline) = 0;
    virtual Task<Result<void>> unarchive(ContactId contact, Deadline deadline) = 0;

    // Creates the tag when the workspace has none of that name; names compare without regard to case.
    virtual Task<Result<Tag>> add_tag(ContactId contact, const std::string& name, Deadline deadline) = 0;
    // The tag that was taken away; nullopt: the contact did not carry it, and nothing was done.
    virtual Task<Result<std::optional<Tag>>> remove_tag(ContactId contact, const std::string& name,
                                                        Deadline deadline) = 0;
};

}  // namespace herald
