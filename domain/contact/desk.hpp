#pragma once
// Operations on one contact as callers ask for them: by any reference, while somebody waits. Resolves the reference
// from memory or at Intercom, follows merges, and is patient with a contact that was created here a moment ago,
// because Intercom answers 404 for a while ("not ready yet" and "wrong id" look the same).

#include <deque>
#include <functional>
#include <utility>

#include "domain/core/backoff.hpp"
#include "domain/ports/contact_operations.hpp"
#include "domain/ports/delivery_store.hpp"
#include "domain/ports/send_gate.hpp"

namespace herald {

struct ContactDeskPorts {
    ContactOperations& intercom;
    ContactDirectory& directory;
    ContactMemory& memory;
    SendGate& gate;
    Clock& clock;
};

struct ContactDeskOptions {
    milliseconds fresh{900'000};             // a remembered contact this young is believed
    milliseconds visibility_grace{120'000};  // so long after its creation a 404 means "not yet"
};

// A note, event or tag, and the contact that the reference meant.
template <class T>
struct About {
    ContactId contact;
    T what;
};

// Errors: those of ContactOperations, contact_conflict for an address that several contacts share, and
// contact_suppressed. Used on the event loop's thread.
class ContactDesk {
 public:
    ContactDesk(ContactDeskPorts ports, WorkspaceId workspace, ContactDeskOptions options = {})
        : ports_(ports), workspace_(std::move(workspace)), options_(options) {}

    // Why a call would be refused at this moment, before anything is written down for it: circuit open,
    // credential, or a rate limit that is blocked beyond the deadline.
    std::optional<Error> refusal(Deadline deadline) const;

    // Whom the reference means: as remembered, when that is young enough, else as Intercom has it now.
    Task<Result<Contact>> whom(ContactRef ref, Deadline deadline);
    // Whom the reference means, if this channel may be used for them. What was remembered is looked up again
    // before it refuses anybody. Errors: unsubscribed, contact_suppressed, and those above.
    Task<Result<Contact>> reachable(ContactRef ref, Channel channel, Deadline deadline);
    // Sends to `message.to`, and where that contact is gone, to whom `ref` means now; `message` then says so.
    Task<Delivered> send(ContactRef ref, OutboundMessage& message, SendPolicy policy, Deadline deadline);

    Task<Result<About<Note>>> add_note(ContactRef ref, std::string body, std::int64_t admin_id, Deadline deadline);
    // The event's contact is filled in here.
    Task<Result<About<TrackedEvent>>> track(ContactRef ref, TrackedEvent event, Deadline deadline);
    Task<Result<About<Tag>>> add_tag(ContactRef ref, std::string name, Deadline deadline);
    Task<Result<About<std::optional<Tag>>>> remove_tag(ContactRef ref, std::string name, Deadline deadline);

    // As Intercom has it now, never from memory.
    Task<Result<ContactProfile>> read(ContactRef ref, Deadline deadline);
    // Changes the contact, and creates it unless `ref` is Intercom's own id. invalid_argument: it does not exist
    // and the change has no address to create it with.
    Task<Result<CreatedContact>> put(ContactRef ref, ContactChange change, Deadline deadline);

 private:
    struct Found {
        Contact contact;
        bool remembered{};
    };

    Task<Result<Found>> find(ContactRef ref, bool from_memory, Deadline deadline);
    Task<std::optional<Contact>> recall(ContactRef ref);
    // Asks Intercom, and remembers the answer.
    Task<Result<Contact>> look_up(ContactRef ref, Deadline deadline);
    // Whom the change is for; nullopt: nobody yet.
    Task<Result<std::optional<Contact>>> existing(ContactRef ref, Deadline deadline);
    Task<Result<CreatedContact>> change(Contact contact, const ContactChange& change, Deadline deadline);
    Task<void> remember(std::vector<ContactRef> refs, Contact contact);
    // What was known about the contact is not true any more.
    Task<void> forget(ContactId contact);

    // Runs `call` on whom the reference means, again when that contact turns out to be gone or not there yet.
    template <class T>
    Task<Result<About<T>>> about(ContactRef ref, Deadline deadline, std::function<Task<Result<T>>(ContactId)> call);
    // Whom the reference means, after `contact` was not found or merged: nullopt when it is still the same.
    Task<std::optional<Contact>> elsewhere(ContactRef ref, ContactId contact, Deadline deadline);

    void created(const ContactId& contact);
    // After a 404: waits until a contact that was created here may have become visible. False when it is not new
    // or the deadline leaves no room; then the error says when to come back.
    Task<bool> wait_until_visible(ContactId contact, int waits_done, Deadline deadline, Error& error);

    ContactDeskPorts ports_;
    WorkspaceId workspace_;
    ContactDeskOptions options_;
    std::deque<std::pair<ContactId, SteadyTime>> created_;  // oldest first; of the last grace, bounded
};

}  // namespace herald
