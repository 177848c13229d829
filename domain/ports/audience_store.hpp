#pragma once
// The durable side of loading an audience. A page, its recipients and the cursor behind it are one transaction, so
// that a crash reads on where it was and adds nobody twice. Errors of all: store_unavailable.

#include <optional>
#include <string>
#include <vector>

#include "domain/campaign/campaign.hpp"
#include "domain/core/result.hpp"
#include "domain/core/task.hpp"

namespace herald {

// A source that has not been read to its end.
struct OpenSource {
    std::int64_t number{};  // unique in the store
    CampaignId campaign;
    AudienceQuery query;
    std::optional<std::string> cursor;  // behind what was read; none: nothing was
    bool restarted{};                   // read from the beginning once more since it was last begun
    std::int64_t pages{};               // read since then
};

struct LoadedPage {
    std::int64_t source{};
    std::optional<std::string> behind;  // the cursor it was read with
    std::vector<Contact> contacts;
    std::optional<std::string> next;  // none: the source is done
};

// In all writes: false when the source is not as the caller knew it any more, or its campaign does not run. Then
// nothing changed.
class AudienceStore {
 public:
    virtual ~AudienceStore() = default;

    // The next open source of a running campaign, in turns: the one behind `last`, or the first.
    virtual Task<Result<std::optional<OpenSource>>> next_source(WorkspaceId workspace, std::int64_t last) = 0;

    // Adds the contacts that are not in the audience, behind those who are, remembers all of them, moves the cursor.
    virtual Task<Result<bool>> append_page(WorkspaceId workspace, LoadedPage page, WallTime now) = 0;

    // Back to the first page. Whoever was added stays.
    virtual Task<Result<bool>> restart_source(WorkspaceId workspace, std::int64_t source) = 0;

    // Refused for `reason`: its campaign is paused (audience_refused) in the same transaction.
    virtual Task<Result<bool>> refuse_source(WorkspaceId workspace, std::int64_t source, std::string reason,
                                             WallTime now) = 0;
};

}  // namespace herald
