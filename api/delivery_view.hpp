#pragma once
// One delivery with its history, as clients see it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/views.hpp"
#include "domain/ports/delivery_records.hpp"

namespace herald::api {

template <>
struct Names<AttemptRecord::Outcome> {
    using Outcome = AttemptRecord::Outcome;
    static constexpr std::array values{Outcome::accepted, Outcome::rejected, Outcome::refused, Outcome::unknown,
                                       Outcome::not_executed};
    static std::string_view name(Outcome outcome) {
        switch (outcome) {
            case Outcome::accepted:
                return "accepted";
            case Outcome::rejected:
                return "rejected";
            case Outcome::refused:
                return "refused";
            case Outcome::unknown:
                return "unknown";
            case Outcome::not_executed:
                return "not_executed";
        }
        return "";
    }
};

template <>
struct Names<Resolution> {
    static constexpr auto values = all_resolutions;
    static std::string_view name(Resolution resolution) { return herald::name(resolution); }
};

struct AttemptView {
    WallTime at{};
    AttemptRecord::Outcome outcome{};
    std::optional<std::string> reason;
    std::optional<std::string> detail;
    std::optional<std::string> message_id;
    std::optional<std::string> request_id;
};
BOOST_DESCRIBE_STRUCT(AttemptView, (), (at, outcome, reason, detail, message_id, request_id))

struct ResolutionView {
    WallTime at{};
    Resolution outcome{};
    std::string actor;
    std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(ResolutionView, (), (at, outcome, actor, note))

struct DeliveryView {
    std::string id;
    std::string campaign_id;
    ContactView contact;
    DeliveryState state{};
    std::optional<std::string> reason;
    std::optional<std::string> detail;
    std::optional<std::string> intercom_contact_id;
    std::optional<std::string> message_id;
    std::optional<std::string> request_id;
    std::optional<WallTime> not_before;
    std::optional<WallTime> updated_at;
    std::vector<AttemptView> attempts;
    std::int64_t attempts_total{};
    std::vector<ResolutionView> resolutions;
};
BOOST_DESCRIBE_STRUCT(DeliveryView, (),
                      (id, campaign_id, contact, state, reason, detail, intercom_contact_id, message_id, request_id,
                       not_before, updated_at, attempts, attempts_total, resolutions))

DeliveryView delivery_view(const DeliveryDetails& details);

}  // namespace herald::api
