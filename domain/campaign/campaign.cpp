#include "domain/campaign/campaign.hpp"

#include <numeric>

#include <fmt/format.h>

namespace herald {
namespace {

constexpr std::array all_campaign_states{CampaignState::draft,     CampaignState::scheduled,
                                         CampaignState::running,   CampaignState::paused,
                                         CampaignState::completed, CampaignState::completed_with_losses,
                                         CampaignState::cancelled, CampaignState::expired};
// In a caller's words: `schedule` is a launch too, and the rest is the machine's.
constexpr std::array asked_for{CampaignEvent::launch, CampaignEvent::pause, CampaignEvent::resume,
                               CampaignEvent::cancel, CampaignEvent::retry};

struct Transition {
    CampaignState from;
    CampaignEvent event;
    CampaignState to;
};
constexpr std::array transitions{
    Transition{CampaignState::draft, CampaignEvent::launch, CampaignState::running},
    Transition{CampaignState::draft, CampaignEvent::schedule, CampaignState::scheduled},
    Transition{CampaignState::draft, CampaignEvent::cancel, CampaignState::cancelled},
    Transition{CampaignState::scheduled, CampaignEvent::launch, CampaignState::running},
    Transition{CampaignState::scheduled, CampaignEvent::schedule, CampaignState::scheduled},
    Transition{CampaignState::scheduled, CampaignEvent::cancel, CampaignState::cancelled},
    Transition{CampaignState::scheduled, CampaignEvent::start, CampaignState::running},
    Transition{CampaignState::scheduled, CampaignEvent::hold, CampaignState::paused},
    Transition{CampaignState::scheduled, CampaignEvent::expire, CampaignState::expired},
    Transition{CampaignState::running, CampaignEvent::pause, CampaignState::paused},
    Transition{CampaignState::running, CampaignEvent::cancel, CampaignState::cancelled},
    Transition{CampaignState::running, CampaignEvent::complete, CampaignState::completed},
    // What has begun completes: its rows expire, what is in flight still finishes.
    Transition{CampaignState::running, CampaignEvent::expire, CampaignState::running},
    Transition{CampaignState::paused, CampaignEvent::expire, CampaignState::paused},
    Transition{CampaignState::paused, CampaignEvent::resume, CampaignState::running},
    Transition{CampaignState::paused, CampaignEvent::cancel, CampaignState::cancelled},
    Transition{CampaignState::paused, CampaignEvent::complete, CampaignState::completed},
    Transition{CampaignState::running, CampaignEvent::retry, CampaignState::running},
    Transition{CampaignState::paused, CampaignEvent::retry, CampaignState::running},
    Transition{CampaignState::completed, CampaignEvent::retry, CampaignState::running},
    Transition{CampaignState::completed_with_losses, CampaignEvent::retry, CampaignState::running},
};

std::string allowed_in(CampaignState state) {
    std::string out;
    for (const auto event : asked_for)
        for (const auto& t : transitions)
            if (t.from == state && t.event == event) out += fmt::format("{}{}", out.empty() ? "" : ", ", name(event));
    return out.empty() ? "nothing" : out;
}

}  // namespace

std::string_view name(CampaignState state) {
    switch (state) {
        case CampaignState::draft:
            return "draft";
        case CampaignState::scheduled:
            return "scheduled";
        case CampaignState::running:
            return "running";
        case CampaignState::paused:
            return "paused";
        case CampaignState::completed:
            return "completed";
        case CampaignState::completed_with_losses:
            return "completed_with_losses";
        case CampaignState::cancelled:
            return "cancelled";
        case CampaignState::expired:
            return "expired";
    }
    return "";
}

std::optional<CampaignState> campaign_state(std::string_view text) {
    for (const auto state : all_campaign_states)
        if (name(state) == text) return state;
    return {};
}

std::string_view name(CampaignEvent event) {
    switch (event) {
        case CampaignEvent::launch:
            return "launch";
        case CampaignEvent::schedule:
            return "schedule";
        case CampaignEvent::pause:
            return "pause";
        case CampaignEvent::resume:
            return "resume";
        case CampaignEvent::cancel:
            return "cancel";
        case CampaignEvent::retry:
            return "retry";
        case CampaignEvent::start:
            return "start";
        case CampaignEvent::hold:
            return "hold";
        case CampaignEvent::expire:
            return "expire";
        case CampaignEvent::complete:
            return "complete";
    }
    return "";
}

std::string_view name(PauseReason reason) {
    switch (reason) {
        case PauseReason::operator_request:
            return "operator";
        case PauseReason::content_rejected:
            return "content_rejected";
        case PauseReason::crash_loop:
            return "crash_loop";
        case PauseReason::late:
            return "late";
        case PauseReason::audience_refused:
            return "audience_refused";
    }
    return "";
}

std::optional<PauseReason> pause_reason(std::string_view text) {
    for (const auto reason : {PauseReason::operator_request, PauseReason::content_rejected, PauseReason::crash_loop,
                              PauseReason::late, PauseReason::audience_refused})
        if (name(reason) == text) return reason;
    return {};
}

bool is_terminal(CampaignState state) {
    switch (state) {
        case CampaignState::draft:
        case CampaignState::scheduled:
        case CampaignState::running:
        case CampaignState::paused:
            return false;
        case CampaignState::completed:
        case CampaignState::completed_with_losses:
        case CampaignState::cancelled:
        case CampaignState::expired:
            return true;
    }
    return true;
}

Result<CampaignState> next_state(CampaignState from, CampaignEvent event) {
    for (const auto& t : transitions)
        if (t.from == from && t.event == event) return t.to;
    return Error{Errc::conflict, fmt::format("the campaign is {}: {} is not possible, allowed: {}", name(from),
                                             name(event), allowed_in(from))};
}

Result<void> may_grow(CampaignState state) {
    if (state == CampaignState::draft) return {};
    return Error{Errc::conflict, fmt::format("the campaign is {}: recipients are added to drafts only", name(state))};
}

Result<void> may_be_edited(CampaignState state) {
    if (state == CampaignState::draft) return {};
    return Error{Errc::conflict, fmt::format("the campaign is {}: only drafts are edited, allowed: {}", name(state),
                                             allowed_in(state))};
}

Result<void> may_be_deleted(CampaignState state) {
    if (state == CampaignState::draft) return {};
    return Error{Errc::conflict, fmt::format("the campaign is {}: only drafts are deleted, allowed: {}", name(state),
                                             allowed_in(state))};
}

Result<void> may_be_paced(CampaignState state) {
    if (!is_terminal(state)) return {};
    return Error{Errc::conflict, fmt::format("the campaign is {}: nothing of it is sent any more, allowed: {}",
                                             name(state), allowed_in(state))};
}

Result<void> may_launch(std::int64_t audience, std::size_t sources) {
    if (audience > 0 || sources > 0) return {};
    return Error{Errc::conflict, "the campaign is a draft without audience: launch is possible once it has recipients"};
}

std::string_view name(Channel channel) {
    return channel == Channel::email ? "email" : "in_app";
}
std::string_view name(Style style) {
    return style == Style::plain ? "plain" : "personal";
}

std::int64_t DeliveryCounts::audience() const {
    return std::accumulate(by_state.begin(), by_state.end(), std::int64_t{0});
}

bool DeliveryCounts::finished() const {
    for (const auto state : all_delivery_states)
        if (!is_terminal(state) && (*this)[state] != 0) return false;
    return true;
}

}  // namespace herald
