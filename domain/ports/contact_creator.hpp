#pragma once
// People whom Intercom does not know yet.

#include <optional>
#include <string>

#include "domain/ports/messenger.hpp"

namespace herald {

struct NewContact {
    ContactRef ref;  // external_id or email
    std::optional<std::string> name;
};

// What became of it. With a contact: `created`, or found to exist after all. Without one: archived, which stays as
// it is, or not_found, when Intercom says that it exists but does not show it.
struct Creation {
    Lookup lookup;
    bool created{};
    std::optional<WallTime> born;  // when the contact came into being, by Intercom's clock
};

class ContactCreator {
 public:
    virtual ~ContactCreator() = default;

    // Safe to repeat: whoever exists already is found and not created again, nor changed. Paced and retried. Errors
    // as ContactDirectory::find; content_rejected: Intercom does not take this person.
    virtual Task<Result<Creation>> create(NewContact person, Deadline deadline) = 0;
};

}  // namespace herald
