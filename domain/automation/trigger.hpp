#pragma once
// What starts a run of an automation. Source: REST.md, "Automation".

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/automation/cron.hpp"
#include "domain/campaign/audience_source.hpp"
#include "domain/contact/contact.hpp"
#include "domain/core/time.hpp"
#include "domain/filter/filter.hpp"

namespace herald {

enum class TriggerType : std::uint8_t {
    time_based,
    event_based,
    behavior_based,
    health_score,
    milestone,
    contract_event,
    usage_pattern,
    custom,
};

inline constexpr std::array all_trigger_types{
    TriggerType::time_based, TriggerType::event_based,    TriggerType::behavior_based, TriggerType::health_score,
    TriggerType::milestone,  TriggerType::contract_event, TriggerType::usage_pattern,  TriggerType::custom};
std::string_view name(TriggerType type);

enum class Direction : std::uint8_t { below, above };

inline constexpr std::array all_directions{Direction::below, Direction::above};
std::string_view name(Direction direction);

// Whom a time-based automation is for; all of it adds up.
struct TriggerAudience {
    std::vector<ContactRef> contacts;
    std::vector<AudienceQuery> queries;

    friend bool operator==(const TriggerAudience&, const TriggerAudience&) = default;
};

// Fires at the times of the rule, or once, for everybody in the audience.
struct TimeTrigger {
    std::variant<CronRule, WallTime> when;
    std::string time_zone;  // IANA
    TriggerAudience audience;
};

// That event arrives, and the filter matches.
struct EventTrigger {
    std::string event;
    std::optional<Filter> filter;
};

// The event happened `count` times within the window (ever, without one). It then counts anew.
struct BehaviorTrigger {
    static constexpr std::int64_t most = 100;
    std::string behavior;
    std::int64_t count{1};
    std::optional<milliseconds> within;
};

// The value passes the threshold: the value before was not beyond it and the new one is. `below` 40: from 40 or more to
// less than 40. The first value ever seen of a contact crosses nothing.
struct CrossingTrigger {
    std::string metric;
    double threshold{};
    Direction direction{};
};
inline constexpr std::string_view health_score_metric = "health_score";

// The event `milestone` whose metadata `milestone_name` (or `name`) is this one; once a contact, ever.
struct MilestoneTrigger {
    std::string milestone;
};

// An event of that name, or `contract_event` whose metadata `event_type` is this one.
struct ContractTrigger {
    std::string event_type;
};

// So many days before the date in an attribute of the contact, at a time of day; once for each date, which is what the
// entry rule `once` means here.
struct DateTrigger {
    std::string event_type;
    std::int64_t days_before{};
    std::string date_attribute;  // a field as filters name it
    std::chrono::minutes time_of_day{std::chrono::hours(9)};
    std::string time_zone;
};

// Any event that matches.
struct CustomTrigger {
    Filter filter;
};

using TriggerRule = std::variant<TimeTrigger, EventTrigger, BehaviorTrigger, CrossingTrigger, MilestoneTrigger,
                                 ContractTrigger, DateTrigger, CustomTrigger>;

struct Trigger {
    TriggerType type{};
    TriggerRule rule;
};

// Whether its runs begin with an event, so that there is one to speak about in texts and filters.
bool begins_with_event(const Trigger& trigger);

}  // namespace herald
