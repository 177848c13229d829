#pragma once
// What the end of the attempts means for a direct message. Pure.

#include "domain/message/message.hpp"
#include "domain/ports/contact_operations.hpp"

namespace herald {

// Fills in state, attempts, reason and what Intercom said. After an attempt that may have been executed only an
// acceptance is certain: a later refusal says nothing about the earlier attempt.
void settle(DirectMessage& message, const Delivered& delivered, WallTime now);

// The error that the caller is answered with; nullopt: accepted.
std::optional<Error> error_of(const Delivered& delivered);

}  // namespace herald
