#pragma once
// The audience as it was given, for those who only look. Every call is a read of its own, so that a long look holds
// nothing up. Errors: store_unavailable, not_found.

#include <cstdint>
#include <vector>

#include "domain/contact/contact.hpp"
#include "domain/core/result.hpp"
#include "domain/core/task.hpp"

namespace herald {

struct AudienceMember {
    std::int64_t position{};  // from 0
    ContactRef ref;
    Variables variables;
    bool repeated{};  // the same reference stands at an earlier position

    friend bool operator==(const AudienceMember&, const AudienceMember&) = default;
};

class AudienceReader {
 public:
    virtual ~AudienceReader() = default;

    // Up to `limit` members from position `first` on, in their order.
    virtual Task<Result<std::vector<AudienceMember>>> slice(WorkspaceId workspace, CampaignId campaign,
                                                            std::int64_t first, std::size_t limit) = 0;
    // Those who stand at `positions`, in that order; what is not there is left out.
    virtual Task<Result<std::vector<AudienceMember>>> at(WorkspaceId workspace, CampaignId campaign,
                                                         std::vector<std::int64_t> positions) = 0;
};

}  // namespace herald
