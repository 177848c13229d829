#include "domain/delivery/settle.hpp"

#include <algorithm>

namespace herald {
namespace {

Settlement rejected(Settlement out, std::string_view reason) {
    out.event = DeliveryEvent::reject;
    out.reason = reason;
    return out;
}

Settlement withdrawn(Settlement out, bool charge, std::optional<WallTime> not_before) {
    out.event = DeliveryEvent::withdraw;
    out.charge = charge;
    out.not_before = not_before;
    return out;
}

Settlement lost(Settlement out, std::string_view reason) {
    out.event = DeliveryEvent::lose;
    out.reason = reason;
    return out;
}

Settlement never_reached(Settlement out, const ClaimedDelivery& delivery, const Error& error, WallTime now,
                         double chance, const Backoff& backoff) {
    const auto wait = backoff.next_wait(static_cast<int>(delivery.attempts), chance, error.retry_after);
    if (!wait) return rejected(std::move(out), name(Errc::not_executed));
    return withdrawn(std::move(out), true, now + *wait);
}

Settlement wrong_contact(Settlement out, const ClaimedDelivery& delivery) {
    if (delivery.lookups > 0) return rejected(std::move(out), name(Errc::contact_not_found));
    out.forget_contact = true;
    return withdrawn(std::move(out), true, {});
}

// When to ask again for a contact that may only be too new; nullopt: it is not.
std::optional<WallTime> not_yet_visible(const ClaimedDelivery& delivery, WallTime now, const SettleRules& rules) {
    const auto tries = static_cast<std::size_t>(delivery.attempts);
    if (!delivery.contact_born || now >= *delivery.contact_born + rules.visibility_grace) return {};
    if (tries >= rules.visibility_waits.size()) return {};
    return now + rules.visibility_waits[tries];
}

Settlement throttled(Settlement out, const ClaimedDelivery& delivery, WallTime now, const SettleRules& rules) {
    out.throttled = true;
    const bool rest = delivery.throttled + 1 >= rules.most_throttled;
    return withdrawn(std::move(out), false, rest ? std::optional{now + rules.throttled_rest} : std::nullopt);
}

Settlement credential_refused(Settlement out, const ClaimedDelivery& delivery, const Error& error, WallTime now,
                              const SettleRules& rules) {
    if (delivery.throttled + 1 >= rules.most_credential_refusals)
        return rejected(std::move(out), error.upstream_code.empty() ? name(error.code) : error.upstream_code);
    out.throttled = true;
    auto rest = rules.credential_rest;
    for (std::int64_t i = 0; i < delivery.throttled && rest < rules.longest_credential_rest; ++i) rest *= 4;
    return withdrawn(std::move(out), false, now + std::min(rest, rules.longest_credential_rest));
}

}  // namespace

Settlement settlement_of(const ClaimedDelivery& delivery, const Result<Receipt>& outcome, Channel channel,
                         bool track_event, WallTime now, double chance, const SettleRules& rules) {
    Settlement out;
    out.claim = delivery.claim;
    out.at = now;
    if (outcome) {
        out.event = DeliveryEvent::accept;
        out.message_id = outcome->message_id;
        out.request_id = outcome->request_id;
        out.track_event = track_event && channel == Channel::email;
        return out;
    }
    const Error& error = outcome.error();
    out.detail = error.detail;
    out.request_id = error.request_id;
    switch (error.code) {
        case Errc::unsubscribed:
            out.event = DeliveryEvent::refuse;
            out.reason = name(SkipReason::unsubscribed);
            return out;
        case Errc::content_rejected:
        case Errc::contact_conflict:
            return rejected(std::move(out), error.upstream_code.empty() ? name(error.code) : error.upstream_code);
        case Errc::contact_not_found:
            if (const auto again = not_yet_visible(delivery, now, rules)) return withdrawn(std::move(out), true, again);
            return wrong_contact(std::move(out), delivery);
        case Errc::contact_merged:
            return wrong_contact(std::move(out), delivery);
        case Errc::not_executed:
            return never_reached(std::move(out), delivery, error, now, chance, rules.backoff);
        case Errc::rate_limited:
            return throttled(std::move(out), delivery, now, rules);
        case Errc::credential:
            return credential_refused(std::move(out), delivery, error, now, rules);
        case Errc::upstream_unavailable:
        case Errc::deadline_exceeded:
        case Errc::shutting_down:
            return withdrawn(std::move(out), false, {});
        case Errc::outcome_unknown:
            return lost(std::move(out), "ambiguous");
        case Errc::invalid_argument:
        case Errc::not_found:
        case Errc::conflict:
        case Errc::stale:
        case Errc::key_reused:
        case Errc::contact_suppressed:
        case Errc::store_unavailable:
            return lost(std::move(out), name(error.code));
    }
    return lost(std::move(out), "ambiguous");
}

}  // namespace herald
