#pragma once
// Whether a sender is an admin of the workspace, asked of Intercom at most once a minute.

#include <optional>
#include <vector>

#include "api/problem.hpp"
#include "domain/campaign/campaign.hpp"
#include "domain/core/time.hpp"
#include "domain/ports/messenger.hpp"

namespace herald::api {

class SenderCheck {
 public:
    SenderCheck(AdminDirectory& directory, Clock& clock) : directory_(directory), clock_(clock) {}

    // The sender, verified and with the admin's id when Intercom knows him, unverified when Intercom cannot be
    // asked, and nullopt when Intercom has answered and he is not among its admins. Takes 5 s at most.
    Task<std::optional<Sender>> check(Sender sender, Deadline deadline);

 private:
    Task<bool> refresh(Deadline deadline);

    AdminDirectory& directory_;
    Clock& clock_;
    std::vector<Admin> admins_;
    std::optional<SteadyTime> learned_;
    std::optional<SteadyTime> failed_;
};

// Checks and completes the sender of a campaign; a problem when Intercom does not have him. `named`: by the client,
// not by the configuration.
Task<std::optional<Problem>> settle_sender(SenderCheck& senders, Sender& sender, bool named, Deadline deadline);

}  // namespace herald::api
