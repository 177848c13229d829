#pragma once
// Whether Intercom can find the audience of a campaign that is being created.

#include <optional>

#include "api/create_command.hpp"
#include "api/problem.hpp"
#include "domain/core/time.hpp"
#include "domain/ports/audience_directory.hpp"

namespace herald::api {

// Asks Intercom about every source of the audience, for 5 s at most. Its refusal is a problem that points at what it
// is about. When Intercom cannot be asked there is none: the campaign finds out when it loads its audience.
Task<std::optional<Problem>> check_audience(AudienceDirectory& directory, Clock& clock, const CreateCommand& command,
                                            Deadline deadline);

}  // namespace herald::api
