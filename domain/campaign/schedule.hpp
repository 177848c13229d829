#pragma once
// When a campaign starts and when it ends. Pure: the scheduler asks, the store's transactions ask again.

#include <optional>
#include <string>

#include "domain/campaign/campaign.hpp"

namespace herald {

// Years from here on are refused: the rules of the time zones are not known so far ahead.
inline constexpr WallTime end_of_schedules{std::chrono::sys_days{std::chrono::year{2037} / 1 / 1}};

// How a campaign is launched: now, or at `at`. What is empty stays as the campaign has it.
struct LaunchTerms {
    std::optional<WallTime> at;
    std::optional<std::string> time_zone;  // in which the times were given, if they were local
    std::optional<WallTime> expires_at;

    friend bool operator==(const LaunchTerms&, const LaunchTerms&) = default;
};

// A campaign that waits for a moment.
struct Timed {
    CampaignId id;
    CampaignState state{};
    std::optional<WallTime> scheduled_at;
    std::optional<WallTime> expires_at;
};

// What time makes of it at `now`: expire, start, or hold when the start is more than `grace` late.
std::optional<CampaignEvent> due_event(const Timed& campaign, WallTime now, milliseconds grace);
// The next moment at which there may be something due.
std::optional<WallTime> next_moment(const Timed& campaign);

bool has_expired(const Campaign& campaign, WallTime now);
// Whether the moment of start, hold or expire has come, or a conflict: somebody changed the time meanwhile.
Result<void> is_due(const Campaign& campaign, CampaignEvent event, WallTime now);
// Whether a start under these terms comes before the expiry, or a conflict that says why not.
Result<void> may_start(const Campaign& campaign, const LaunchTerms& terms, WallTime now);
// Whether rows may be queued again: an expired campaign sends nothing.
Result<void> may_send_again(const Campaign& campaign, WallTime now);

}  // namespace herald
