#pragma once
// What a run does, one after the other. A definition's steps are a tree (branches hold steps); a program is the same
// as a list: every step has an index, branches and the ends of their arms say where to go on, and only forward.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/campaign/campaign.hpp"
#include "domain/contact/profile.hpp"
#include "domain/content/message_content.hpp"
#include "domain/filter/filter.hpp"

namespace herald {

enum class StepType : std::uint8_t {
    send_in_app_notification,
    send_email,
    create_task,
    add_tag,
    remove_tag,
    track_event,
    update_contact,
    update_health_score,
    trigger_webhook,
    send_slack_message,
    delay,
    wait_for,
    branch,
    exit,
};

inline constexpr std::array all_step_types{StepType::send_in_app_notification,
                                           StepType::send_email,
                                           StepType::create_task,
                                           StepType::add_tag,
                                           StepType::remove_tag,
                                           StepType::track_event,
                                           StepType::update_contact,
                                           StepType::update_health_score,
                                           StepType::trigger_webhook,
                                           StepType::send_slack_message,
                                           StepType::delay,
                                           StepType::wait_for,
                                           StepType::branch,
                                           StepType::exit};
std::string_view name(StepType type);

// What becomes of a run whose step has failed, or whose outcome nobody knows.
enum class OnError : std::uint8_t { stop, carry_on };

inline constexpr std::array all_on_errors{OnError::stop, OnError::carry_on};
std::string_view name(OnError on_error);  // "stop", "continue"

struct MessageStep {
    Channel channel{};
    MessageContent content;
    Style style{};
    std::optional<std::int64_t> admin_id;  // none: the workspace's own sender
};

// A note "Automated Task: …" on the contact.
struct TaskStep {
    Template text;
    std::optional<std::int64_t> admin_id;
};

struct TagStep {
    std::string tag;
    bool add{};
};

struct TrackStep {
    std::string event;
    Scalars metadata;  // at most 10 keys
};

// update_contact, and update_health_score, which sets the custom attribute health_score.
struct UpdateStep {
    ContactChange change;
};

// A signed POST: who, which run and step, and `data`.
struct WebhookStep {
    std::string url;
    Scalars data;
};

struct SlackStep {
    std::string url;
    Template text;
};

struct FixedDelay {
    milliseconds wait{};
};
// Until clocks of the zone show the time of day the next time.
struct LocalTimeDelay {
    std::chrono::minutes time_of_day{};
    std::string time_zone;
};
// Until the date in an attribute of the contact, that many days before or after (negative) it. Without a date there,
// or when it has passed, the run goes on at once.
struct AttributeDelay {
    std::string attribute;
    std::int64_t days_before{};
};
struct DelayStep {
    std::variant<FixedDelay, LocalTimeDelay, AttributeDelay> until;
};

struct WaitStep {
    std::string event;
    std::optional<Filter> filter;  // on the event that is waited for and the contact
    milliseconds timeout{};
    bool exit_on_timeout{};  // else the run goes on
};

// Goes on with the next step when the filter matches, else at `otherwise`.
struct BranchStep {
    Filter filter;
    std::size_t otherwise{};
};

struct ExitStep {
    std::string reason;  // may be empty
};

// The end of the first arm of a branch. No step of its own: it leaves no trace.
struct JumpStep {
    std::size_t to{};
};

using StepRule = std::variant<MessageStep, TaskStep, TagStep, TrackStep, UpdateStep, WebhookStep, SlackStep, DelayStep,
                              WaitStep, BranchStep, ExitStep, JumpStep>;

struct Step {
    std::string path;  // "/steps/2/then/0"
    StepType type{};
    StepRule rule;
    OnError on_error{};
};

// Ends behind its last step.
using Program = std::vector<Step>;

inline constexpr std::size_t most_steps = 100;  // of one automation, in all branches together
inline constexpr milliseconds longest_wait = std::chrono::days(730);

// Whether the run itself decides it, without an effect outside.
bool is_control(const Step& step);

}  // namespace herald
