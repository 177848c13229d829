#pragma once
// What happened to a contact, as it came to us: what triggers look at.

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/contact/contact.hpp"
#include "domain/contact/profile.hpp"
#include "domain/core/time.hpp"

namespace herald {

struct IncomingEvent {
    enum class Kind : std::uint8_t {
        event,
        write,   // values of a contact that were written through us: only crossings look at it, and it has no name
        report,  // of our own making, to be reported to Intercom: it starts nothing
    };

    std::string id;  // the sender's, unique in the workspace for as long as it is remembered; or one of ours
    Kind kind{};
    ContactRef contact;
    std::string name;
    WallTime at{};
    Scalars metadata;
    bool track{};          // still to be reported to Intercom
    std::int64_t depth{};  // how many automations it came through
    bool tracked{};        // Intercom has it. Not read back, as the next
    bool unrepeatable{};   // its id was made up for it, so that nobody can send it again

    friend bool operator==(const IncomingEvent&, const IncomingEvent&) = default;
};

// So long a sender's id is remembered, and an event kept.
inline constexpr std::chrono::days events_kept{7};
// Ids of events that runs emit begin so; no sender's does.
inline constexpr std::string_view run_event_prefix = "run_";
// Events that came through more automations than this start nothing.
inline constexpr std::int64_t deepest_event = 5;

}  // namespace herald
