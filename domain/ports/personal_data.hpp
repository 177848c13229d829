#pragma once
// What is held about one person, to be erased at their request.

#include <cstdint>
#include <string>
#include <vector>

#include "domain/contact/contact.hpp"
#include "domain/core/result.hpp"
#include "domain/core/task.hpp"
#include "domain/core/time.hpp"
#include "domain/ports/caller.hpp"

namespace herald {

struct Erased {
    std::int64_t deliveries{};  // of campaigns; each leaves a row that says what became of it, but not whose it was
    std::int64_t cancelled{};   // of those, the ones that still waited: they are not sent any more
    std::int64_t messages{};    // direct ones
    std::int64_t events{};      // of deliveries
    std::int64_t answers{};     // kept for repetitions of a request
    std::int64_t runs{};        // of automations, likewise; those under way are cancelled
    std::int64_t automation_events{};  // that automations took in
    std::int64_t automations{};        // whose audiences named the person; they do not any more

    friend bool operator==(const Erased&, const Erased&) = default;
};

class PersonalData {
 public:
    virtual ~PersonalData() = default;

    // Erases everything held under any of `names` and under what they lead to: a contact that a name was resolved to,
    // and all other names of that contact. Counts and the audit chain stay as they are. A kept answer becomes
    // `instead`. The files hold no trace of it afterwards.
    //
    // An audience of an automation that named nobody else reaches nobody from then on. Whoever holds definitions must
    // read them again.
    //
    // Errors: conflict when a message to the person, or a step of an automation, is on the wire, or an audience in
    // which the person stands is being loaded and could bring them back; then nothing is erased. store_unavailable:
    // repeat it.
    virtual Task<Result<Erased>> erase(Caller caller, std::vector<ContactRef> names, std::string instead,
                                       WallTime now) = 0;
};

}  // namespace herald
