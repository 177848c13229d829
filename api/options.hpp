#pragma once
// What the API is built from. service/compose.cpp fills it.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "api/change_feed.hpp"
#include "domain/core/id.hpp"
#include "domain/core/random.hpp"
#include "domain/core/time.hpp"
#include "domain/ports/campaign_store.hpp"
#include "domain/ports/limits.hpp"
#include "domain/ports/messenger.hpp"
#include "domain/ports/waiting.hpp"
#include "domain/ports/worker.hpp"

namespace herald::api {

struct Ports {
    CampaignStore& campaigns;
    AdminDirectory& admins;
    const WaitingSource& waiting;
    const LimitsSource& limits;
    ChangeFeed& changes;
    Worker& worker;
    Clock& clock;
    Random& random;
};

struct Options {
    WorkspaceId workspace;
    std::optional<std::int64_t> default_admin;                            // INTERCOM_SENDER_ADMIN_ID
    std::string openapi;                                                  // the text of openapi.yaml
    std::function<std::string()> metrics = [] { return std::string(); };  // the text of /metrics
    std::function<bool()> draining = [] { return false; };
    std::function<void()> work_arrived = [] {};  // after a launch or resume: wake the sending loop
    std::size_t worker_above{64UL * 1024UL};     // bodies larger than this are decoded by the worker
};

}  // namespace herald::api
