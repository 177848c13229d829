#pragma once
// What a PATCH makes of a draft: the creation that the draft could come from, with the patch merged into it (RFC 7396),
// read as every creation is.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "api/field_error.hpp"
#include "domain/campaign/campaign.hpp"
#include "domain/ports/time_zones.hpp"

namespace herald::api {

// RFC 7396, section 2.
void merge_patch(boost::json::value& target, const boost::json::value& patch);

// The body of a creation that makes this campaign, without its audience and client_ref. What it would have by
// default is left out, so that a patch of the channel brings the other channel's defaults.
boost::json::object creation_of(const Campaign& campaign);

struct PatchRequest {
    boost::json::value patch;
    std::string request_hash;
};
// The error says why the body is no JSON.
std::expected<PatchRequest, std::string> read_patch(std::string_view body, std::string_view method,
                                                    std::string_view path);

struct Patched {
    FieldErrors errors;  // when there are any, nothing below counts
    Campaign campaign;
    bool sender_changed{};  // it has to be confirmed
    bool sender_removed{};  // and is that of the configuration
};
Patched patched(const Campaign& draft, const boost::json::value& patch, std::optional<std::int64_t> default_admin,
                const TimeZones& zones, WallTime now);

// What a PATCH makes of a campaign that is no draft any more: only its pace changes.
struct PacePatch {
    std::string beyond;  // the members that cannot be changed any more; when there are any, nothing below counts
    FieldErrors errors;  // when there are any, nothing below counts
    std::optional<std::int64_t> max_per_minute;
};
PacePatch read_pace(const Campaign& campaign, const boost::json::value& patch);

}  // namespace herald::api
