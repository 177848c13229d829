#pragma once
// The life of one delivery. Which rows the sending loop holds is not part of it: until its intent a row is what it
// was. This table is the only definition of what may follow what; the SQL guards of
// the store are tested against it, tuple by tuple, on a real database.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace herald {

enum class DeliveryState : std::uint8_t {
    queued,
    inflight,
    accepted,
    rejected,
    unknown,
    deferred,
    skipped,
    expired,
    cancelled
};

inline constexpr std::array all_delivery_states{
    DeliveryState::queued,   DeliveryState::inflight, DeliveryState::accepted,
    DeliveryState::rejected, DeliveryState::unknown,  DeliveryState::deferred,
    DeliveryState::skipped,  DeliveryState::expired,  DeliveryState::cancelled};

enum class DeliveryEvent : std::uint8_t {
    skip,      // planning found a reason not to send
    defer,     // planning could not decide yet: look again later
    intend,    // the durable promise to send, committed before the first byte
    withdraw,  // intended, but certainly not executed (429, credential, nothing written): back, maybe later
    accept,    // Intercom answered 200 with a message id
    reject,    // Intercom refused, and repeating cannot change it
    refuse,    // Intercom says this person may not be mailed (becomes skipped(unsubscribed))
    lose,      // nobody knows whether it was executed: ambiguous answer, or the process died in flight
    expire,    // the campaign ended before this row's turn
    cancel,
    requeue,  // an operator wants it tried again
    confirm,  // an operator has seen that Intercom has the message
    deny,     // an operator has seen that it does not
};

inline constexpr std::array all_delivery_events{DeliveryEvent::skip,     DeliveryEvent::defer,   DeliveryEvent::intend,
                                                DeliveryEvent::withdraw, DeliveryEvent::accept,  DeliveryEvent::reject,
                                                DeliveryEvent::refuse,   DeliveryEvent::lose,    DeliveryEvent::expire,
                                                DeliveryEvent::cancel,   DeliveryEvent::requeue, DeliveryEvent::confirm,
                                                DeliveryEvent::deny};

struct DeliveryTransition {
    DeliveryState from;
    DeliveryEvent event;
    DeliveryState to;
};

// No event of the machine leads from `inflight` or `unknown` to a state that is sent again except `withdraw`,
// which needs the proof that nothing was executed. unknown -> accepted is the late answer of the same attempt.
// `requeue` is never the machine's: a person asks for it, and for `unknown` accepts that it may be a second message.
// Nor are `confirm` and `deny`, and neither sends again.
inline constexpr std::array delivery_transitions{
    DeliveryTransition{DeliveryState::queued, DeliveryEvent::skip, DeliveryState::skipped},
    DeliveryTransition{DeliveryState::queued, DeliveryEvent::defer, DeliveryState::deferred},
    DeliveryTransition{DeliveryState::queued, DeliveryEvent::intend, DeliveryState::inflight},
    DeliveryTransition{DeliveryState::queued, DeliveryEvent::expire, DeliveryState::expired},
    DeliveryTransition{DeliveryState::queued, DeliveryEvent::cancel, DeliveryState::cancelled},
    DeliveryTransition{DeliveryState::deferred, DeliveryEvent::skip, DeliveryState::skipped},
    DeliveryTransition{DeliveryState::deferred, DeliveryEvent::defer, DeliveryState::deferred},
    DeliveryTransition{DeliveryState::deferred, DeliveryEvent::intend, DeliveryState::inflight},
    DeliveryTransition{DeliveryState::deferred, DeliveryEvent::expire, DeliveryState::expired},
    DeliveryTransition{DeliveryState::deferred, DeliveryEvent::cancel, DeliveryState::cancelled},
    DeliveryTransition{DeliveryState::inflight, DeliveryEvent::withdraw, DeliveryState::queued},
    DeliveryTransition{DeliveryState::inflight, DeliveryEvent::accept, DeliveryState::accepted},
    DeliveryTransition{DeliveryState::inflight, DeliveryEvent::reject, DeliveryState::rejected},
    DeliveryTransition{DeliveryState::inflight, DeliveryEvent::refuse, DeliveryState::skipped},
    DeliveryTransition{DeliveryState::inflight, DeliveryEvent::lose, DeliveryState::unknown},
    DeliveryTransition{DeliveryState::unknown, DeliveryEvent::accept, DeliveryState::accepted},
    DeliveryTransition{DeliveryState::rejected, DeliveryEvent::requeue, DeliveryState::queued},
    DeliveryTransition{DeliveryState::unknown, DeliveryEvent::requeue, DeliveryState::queued},
    DeliveryTransition{DeliveryState::skipped, DeliveryEvent::requeue, DeliveryState::queued},
    DeliveryTransition{DeliveryState::unknown, DeliveryEvent::confirm, DeliveryState::accepted},
    DeliveryTransition{DeliveryState::unknown, DeliveryEvent::deny, DeliveryState::rejected},
};

constexpr std::optional<DeliveryState> next_state(DeliveryState from, DeliveryEvent event) {
    for (const auto& t : delivery_transitions)
        if (t.from == from && t.event == event) return t.to;
    return {};
}

constexpr bool is_terminal(DeliveryState state) {
    switch (state) {
        case DeliveryState::queued:
        case DeliveryState::inflight:
        case DeliveryState::deferred:
            return false;
        case DeliveryState::accepted:
        case DeliveryState::rejected:
        case DeliveryState::unknown:
        case DeliveryState::skipped:
        case DeliveryState::expired:
        case DeliveryState::cancelled:
            return true;
    }
    return true;
}

constexpr std::string_view name(DeliveryState state) {
    switch (state) {
        case DeliveryState::queued:
            return "queued";
        case DeliveryState::inflight:
            return "inflight";
        case DeliveryState::accepted:
            return "accepted";
        case DeliveryState::rejected:
            return "rejected";
        case DeliveryState::unknown:
            return "unknown";
        case DeliveryState::deferred:
            return "deferred";
        case DeliveryState::skipped:
            return "skipped";
        case DeliveryState::expired:
            return "expired";
        case DeliveryState::cancelled:
            return "cancelled";
    }
    return "";
}

constexpr std::optional<DeliveryState> delivery_state(std::string_view text) {
    for (const auto state : all_delivery_states)
        if (name(state) == text) return state;
    return {};
}

}  // namespace herald
