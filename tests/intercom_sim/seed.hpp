#pragma once

#include "tests/intercom_sim/contact_store.hpp"

namespace sim {

// Contacts client_1..client_count; the rules of `suppressed` are in the help text.
void seed_contacts(ContactStore& contacts, const Attributes& attributes, std::uint32_t count, bool suppressed);

}  // namespace sim
