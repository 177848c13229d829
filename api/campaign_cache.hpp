#pragma once
// Campaigns as they were answered last, until they change: whoever polls one costs neither store nor rendering.

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "api/change_feed.hpp"
#include "domain/core/id.hpp"
#include "domain/core/time.hpp"
#include "domain/ports/waiting.hpp"

namespace herald::api {

// Used on the event loop's thread. Bounded in entries and in the size of each.
class CampaignCache final : public ChangeFeed::Listener {
 public:
    struct Rendered {
        std::string etag;
        std::string body;
    };

    // Nullptr: read it. Valid until the next call.
    const Rendered* find(const WorkspaceId& workspace, const CampaignId& id, const Waiting& waiting,
                         SteadyTime now) const;

    // To be taken before the campaign is read, and given back with what was read: if anything has changed in between,
    // it is not kept.
    std::uint64_t reading() const { return changes_; }
    void keep(std::uint64_t reading, const WorkspaceId& workspace, const CampaignId& id, Waiting waiting,
              Rendered rendered, SteadyTime now);

    void changed(const CampaignId& id) override;

 private:
    struct Entry {
        WorkspaceId workspace;
        Waiting waiting;
        Rendered rendered;
        SteadyTime until{};
    };

    std::map<CampaignId, Entry> entries_;
    std::uint64_t changes_{};
};

}  // namespace herald::api
