#pragma once
// A campaign: one message, an audience, and what became of it.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/campaign/audience_source.hpp"
#include "domain/contact/contact.hpp"
#include "domain/core/id.hpp"
#include "domain/core/result.hpp"
#include "domain/core/time.hpp"
#include "domain/delivery/state.hpp"

namespace herald {

enum class CampaignState : std::uint8_t {
    draft,
    scheduled,
    running,
    paused,
    completed,
    completed_with_losses,
    cancelled,
    expired
};
enum class CampaignEvent : std::uint8_t {
    launch,
    schedule,  // a launch for later
    pause,
    resume,
    cancel,
    retry,
    // the machine's own
    start,     // the scheduled time has come
    hold,      // it had come long before anybody could start it: a person decides
    expire,    // nothing more is sent: what is left of the audience expires
    complete,  // every row has ended
};
enum class PauseReason : std::uint8_t { operator_request, content_rejected, crash_loop, late, audience_refused };

std::string_view name(CampaignState state);
std::optional<CampaignState> campaign_state(std::string_view text);
std::string_view name(CampaignEvent event);
std::string_view name(PauseReason reason);  // "operator", otherwise the enumerator's own
std::optional<PauseReason> pause_reason(std::string_view text);
bool is_terminal(CampaignState state);

// The state after `event`, or a conflict whose detail says the state and what is allowed in it.
// `complete` leads to completed; the store makes it completed_with_losses when rejected + unknown > 0.
Result<CampaignState> next_state(CampaignState from, CampaignEvent event);

// Whether the audience may still grow, or a conflict that says why not.
Result<void> may_grow(CampaignState state);
// Whether what the campaign says may be changed, or the campaign deleted; else a conflict that says why not.
Result<void> may_be_edited(CampaignState state);
Result<void> may_be_deleted(CampaignState state);
// Whether its pace may be changed, or a conflict that says why not.
Result<void> may_be_paced(CampaignState state);
// Whether a draft has somebody to be launched for, or may find somebody in a source, or a conflict that says so.
Result<void> may_launch(std::int64_t audience, std::size_t sources);

// Intercom's `template` of an email.
enum class Style : std::uint8_t { plain, personal };

struct Body {
    enum class Format : std::uint8_t { html, text };
    Format format{};
    std::string content;

    friend bool operator==(const Body&, const Body&) = default;
};

// Who the message is from: always an admin of the workspace. `verified` is false until Intercom has
// confirmed the admin; the first claim asks again.
struct Sender {
    std::optional<std::int64_t> admin_id;
    std::optional<std::string> email;
    bool verified{};

    friend bool operator==(const Sender&, const Sender&) = default;
};

// Deliveries by state. Every recipient is in exactly one, so the sum is the audience.
struct DeliveryCounts {
    std::array<std::int64_t, all_delivery_states.size()> by_state{};

    std::int64_t& operator[](DeliveryState state) { return by_state[static_cast<std::size_t>(state)]; }
    std::int64_t operator[](DeliveryState state) const { return by_state[static_cast<std::size_t>(state)]; }
    std::int64_t audience() const;
    bool finished() const;  // every delivery is in a terminal state
    std::int64_t losses() const { return (*this)[DeliveryState::rejected] + (*this)[DeliveryState::unknown]; }

    friend bool operator==(const DeliveryCounts&, const DeliveryCounts&) = default;
};

// The `email_campaign_received` events that follow accepted emails. Completion does not wait for them.
struct EventCounts {
    std::int64_t queued{};
    std::int64_t tracked{};
    std::int64_t failed{};

    friend bool operator==(const EventCounts&, const EventCounts&) = default;
};

struct Campaign {
    CampaignId id;
    WorkspaceId workspace;
    std::string name;
    Channel channel{};
    std::string template_type;           // one of template_types
    std::optional<std::string> subject;  // email only, no CR or LF
    Body body;
    Style style{};
    Sender sender;
    Variables variables;
    bool track_event{};
    std::optional<std::int64_t> max_per_minute;  // messages; 1 to largest_pace
    std::optional<std::string> client_ref;       // unique in the workspace
    std::map<std::string, std::string> metadata;
    std::optional<std::string> created_by;
    bool create_missing_contacts{};       // instead of skipping who is not_found, unless named by Intercom's id
    std::vector<AudienceSource> sources;  // of the audience, besides the recipients that were named

    CampaignState state{};
    std::optional<PauseReason> paused_for;  // set exactly while paused
    WallTime created_at{};
    std::optional<WallTime> scheduled_at;  // when it starts or was to start
    std::optional<std::string> time_zone;  // in which the times were given, if they were local there
    std::optional<WallTime> expires_at;    // from this moment on nothing is sent
    std::optional<WallTime> launched_at;   // when it first ran
    std::optional<WallTime> finished_at;
    std::int64_t version{1};  // +1 with every change of the campaign itself (not of its counts)
    DeliveryCounts counts;
    EventCounts events;

    friend bool operator==(const Campaign&, const Campaign&) = default;
};

inline constexpr std::array<std::string_view, 12> template_types{
    "onboarding",       "product_update",     "feature_announcement", "health_check",
    "renewal_reminder", "upsell_opportunity", "event_invitation",     "training_invitation",
    "feedback_request", "success_story",      "newsletter",           "custom"};

std::string_view name(Channel channel);  // "email", "in_app"
std::string_view name(Style style);

// One person of the audience, as the caller gave it.
struct Recipient {
    ContactRef ref;
    Variables variables;

    friend bool operator==(const Recipient&, const Recipient&) = default;
};

}  // namespace herald
