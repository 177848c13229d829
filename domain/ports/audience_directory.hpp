#pragma once
// Many people at once: the members of a segment and the hits of a filter, as Intercom's search shows them.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/campaign/audience_source.hpp"
#include "domain/contact/contact.hpp"
#include "domain/core/result.hpp"
#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald {

struct ContactPage {
    std::vector<Contact> contacts;
    std::optional<std::string> next;    // the cursor of the next page; none: this was the last one
    std::optional<std::int64_t> total;  // how many there are in all, as far as Intercom says so
};

// Paced and retried; errors of both as ContactDirectory::find. content_rejected: Intercom does not search for it
// (`detail` has its words), or no longer knows the cursor.
class AudienceDirectory {
 public:
    virtual ~AudienceDirectory() = default;

    // Whether Intercom knows the segment, or searches by the fields of the filter.
    virtual Task<Result<void>> check(AudienceQuery query, Deadline deadline) = 0;

    // Up to `limit` (150 at most) contacts behind the cursor. While pages are read contacts may change places:
    // somebody may be shown twice, or not at all.
    virtual Task<Result<ContactPage>> members(AudienceQuery query, std::optional<std::string> after, std::size_t limit,
                                              Deadline deadline) = 0;
};

}  // namespace herald
