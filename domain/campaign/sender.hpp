#pragma once
// Which admin of the workspace a campaign is from.

#include <span>

#include "domain/campaign/campaign.hpp"
#include "domain/ports/messenger.hpp"

namespace herald {

// By id, or by email without regard to case. Null: nobody of them.
const Admin* find_admin(std::span<const Admin> admins, const Sender& sender);

}  // namespace herald
