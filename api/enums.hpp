#pragma once
// How the enumerations of the domain, and some of our own, are written in JSON.

#include <algorithm>
#include <array>
#include <string_view>

#include "api/json/names.hpp"
#include "domain/audit/chain.hpp"
#include "domain/campaign/campaign.hpp"
#include "domain/delivery/state.hpp"
#include "domain/message/message.hpp"
#include "domain/ports/limits.hpp"
#include "domain/ports/send_gate.hpp"

namespace herald::api {

enum class DeliveryPolicy : std::uint8_t { at_most_once };
enum class HealthStatus : std::uint8_t { ok, unavailable };
enum class Order : std::uint8_t { asc, desc };
enum class ExportFormat : std::uint8_t { ndjson, csv };
enum class WaitFor : std::uint8_t { drained };
enum class SourceKind : std::uint8_t { segment, filter };
enum class Retried : std::uint8_t { rejected, unknown, skipped };

constexpr DeliveryState state_of(Retried retried) {
    switch (retried) {
        case Retried::rejected:
            return DeliveryState::rejected;
        case Retried::unknown:
            return DeliveryState::unknown;
        case Retried::skipped:
            break;
    }
    return DeliveryState::skipped;
}

// One of the domain's template_types, by its place there.
struct TemplateType {
    std::size_t place{};

    static TemplateType of(std::string_view text) {
        return {static_cast<std::size_t>(std::ranges::find(template_types, text) - template_types.begin())};
    }
};

template <>
struct Names<FieldCode> {
    static constexpr auto values = all_field_codes;
    static std::string_view name(FieldCode code) { return api::name(code); }
};

template <>
struct Names<Channel> {
    static constexpr std::array values{Channel::email, Channel::in_app};
    static std::string_view name(Channel channel) { return herald::name(channel); }
};

template <>
struct Names<Style> {
    static constexpr std::array values{Style::plain, Style::personal};
    static std::string_view name(Style style) { return herald::name(style); }
};

template <>
struct Names<TemplateType> {
    static constexpr auto values = [] {
        std::array<TemplateType, template_types.size()> out{};
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = {i};
        return out;
    }();
    static std::string_view name(TemplateType type) {
        return type.place < template_types.size() ? template_types[type.place] : "custom";
    }
};

template <>
struct Names<DeliveryPolicy> {
    static constexpr std::array values{DeliveryPolicy::at_most_once};
    static constexpr auto unknown_code = FieldCode::not_supported_yet;
    static std::string_view name(DeliveryPolicy) { return "at_most_once"; }
};

template <>
struct Names<SendPolicy> {
    static constexpr auto values = all_send_policies;
    static std::string_view name(SendPolicy policy) { return herald::name(policy); }
};

template <>
struct Names<MessageState> {
    static constexpr auto values = all_message_states;
    static std::string_view name(MessageState state) { return herald::name(state); }
};

template <>
struct Names<ContactRole> {
    static constexpr std::array values{ContactRole::user, ContactRole::lead};
    static std::string_view name(ContactRole role) { return role == ContactRole::lead ? "lead" : "user"; }
};

template <>
struct Names<CampaignState> {
    static constexpr std::array values{CampaignState::draft,     CampaignState::scheduled,
                                       CampaignState::running,   CampaignState::paused,
                                       CampaignState::completed, CampaignState::completed_with_losses,
                                       CampaignState::cancelled, CampaignState::expired};
    static std::string_view name(CampaignState state) { return herald::name(state); }
};

template <>
struct Names<PauseReason> {
    static constexpr std::array values{PauseReason::operator_request, PauseReason::content_rejected,
                                       PauseReason::crash_loop, PauseReason::late, PauseReason::audience_refused};
    static std::string_view name(PauseReason reason) { return herald::name(reason); }
};

template <>
struct Names<DeliveryState> {
    static constexpr auto values = all_delivery_states;
    static std::string_view name(DeliveryState state) { return herald::name(state); }
};

template <>
struct Names<SourceState> {
    static constexpr std::array values{SourceState::pending, SourceState::done, SourceState::refused};
    static std::string_view name(SourceState state) { return herald::name(state); }
};

template <>
struct Names<SourceKind> {
    static constexpr std::array values{SourceKind::segment, SourceKind::filter};
    static std::string_view name(SourceKind kind) { return kind == SourceKind::segment ? "segment" : "filter"; }
};

template <>
struct Names<WaitReason> {
    static constexpr std::array values{WaitReason::none,       WaitReason::rate_limit, WaitReason::circuit_open,
                                       WaitReason::credential, WaitReason::schedule,   WaitReason::store};
    static std::string_view name(WaitReason reason) {
        switch (reason) {
            case WaitReason::none:
                return "none";
            case WaitReason::rate_limit:
                return "rate_limit";
            case WaitReason::circuit_open:
                return "circuit_open";
            case WaitReason::credential:
                return "credential";
            case WaitReason::schedule:
                return "schedule";
            case WaitReason::store:
                return "store";
        }
        return "";
    }
};

template <>
struct Names<CircuitState> {
    static constexpr std::array values{CircuitState::closed, CircuitState::half_open, CircuitState::open};
    static std::string_view name(CircuitState state) {
        switch (state) {
            case CircuitState::closed:
                return "closed";
            case CircuitState::half_open:
                return "half_open";
            case CircuitState::open:
                return "open";
        }
        return "";
    }
};

template <>
struct Names<CredentialState> {
    static constexpr std::array values{CredentialState::ok, CredentialState::held, CredentialState::other_workspace,
                                       CredentialState::unchecked, CredentialState::missing};
    static std::string_view name(CredentialState state) {
        switch (state) {
            case CredentialState::ok:
                return "ok";
            case CredentialState::held:
                return "held";
            case CredentialState::other_workspace:
                return "other_workspace";
            case CredentialState::unchecked:
                return "unchecked";
            case CredentialState::missing:
                return "missing";
        }
        return "";
    }
};

template <>
struct Names<ChainFault> {
    static constexpr std::array values{ChainFault::altered, ChainFault::missing, ChainFault::added};
    static std::string_view name(ChainFault fault) { return herald::name(fault); }
};

template <>
struct Names<HealthStatus> {
    static constexpr std::array values{HealthStatus::ok, HealthStatus::unavailable};
    static std::string_view name(HealthStatus status) { return status == HealthStatus::ok ? "ok" : "unavailable"; }
};

template <>
struct Names<Order> {
    static constexpr std::array values{Order::asc, Order::desc};
    static std::string_view name(Order order) { return order == Order::asc ? "asc" : "desc"; }
};

template <>
struct Names<Retried> {
    static constexpr std::array values{Retried::rejected, Retried::unknown, Retried::skipped};
    static std::string_view name(Retried retried) { return herald::name(state_of(retried)); }
};

template <>
struct Names<WaitFor> {
    static constexpr std::array values{WaitFor::drained};
    static std::string_view name(WaitFor) { return "drained"; }
};

template <>
struct Names<ExportFormat> {
    static constexpr std::array values{ExportFormat::ndjson, ExportFormat::csv};
    static std::string_view name(ExportFormat format) { return format == ExportFormat::ndjson ? "ndjson" : "csv"; }
};

}  // namespace herald::api
