#pragma once
// What handlers work with: the ports, and the little that is remembered between requests.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/campaign_cache.hpp"
#include "api/key_ring.hpp"
#include "api/options.hpp"
#include "api/problem.hpp"
#include "api/rate_meter.hpp"
#include "api/sender_check.hpp"
#include "domain/access/admission.hpp"
#include "domain/ports/caller.hpp"

namespace herald::api {

struct Backend {
    Backend(Ports p, Options o) : ports(std::move(p)), options(std::move(o)), keys(options.keys, options.key_required) {
        for (const auto& workspace : ports.workspaces) senders.try_emplace(workspace.id, workspace.admins, ports.clock);
        ports.changes.listen(answered);
    }

    Ports ports;
    Options options;
    std::map<WorkspaceId, SenderCheck> senders;
    RateMeter rates;
    std::size_t dry_runs{};  // going on
    KeyRing keys;
    RequestAdmission admission;
    std::shared_ptr<CampaignCache> answered = std::make_shared<CampaignCache>();
};

// The parts of a request target, decoded. Query parameters are known to the route and stand once.
struct Target {
    std::string path;
    std::vector<std::string> segments;
    std::vector<std::pair<std::string, std::string>> query;

    const std::string* parameter(std::string_view name) const {
        for (const auto& [key, value] : query)
            if (key == name) return &value;
        return nullptr;
    }
};

// One matched request. Lives as long as its handler runs.
struct Call {
    const Request& request;
    Target target;
    std::vector<std::string> captured;  // what stands for the {names} of the route, in order
    const Workspace& workspace;         // the one the request is about; lives as long as the backend
    std::string actor;
    std::shared_ptr<const ApiKey> caller_key{};  // null where none is needed

    Caller caller() const { return {workspace.id, actor, request_id(request)}; }
};

template <class T>
using OrProblem = std::expected<T, Problem>;

}  // namespace herald::api
