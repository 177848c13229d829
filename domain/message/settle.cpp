#include "domain/message/settle.hpp"

#include <fmt/format.h>

namespace herald {
namespace {

MessageState state_after(Errc code) {
    switch (code) {
        case Errc::contact_not_found:
        case Errc::contact_merged:
        case Errc::contact_conflict:
        case Errc::contact_suppressed:
        case Errc::unsubscribed:
        case Errc::content_rejected:
            return MessageState::rejected;
        case Errc::credential:
        case Errc::rate_limited:
        case Errc::not_executed:
        case Errc::upstream_unavailable:
        case Errc::deadline_exceeded:
        case Errc::shutting_down:
            return MessageState::not_sent;
        case Errc::outcome_unknown:
        // Not an answer to a send at all.
        case Errc::invalid_argument:
        case Errc::not_found:
        case Errc::conflict:
        case Errc::stale:
        case Errc::key_reused:
        case Errc::store_unavailable:
            return MessageState::unknown;
    }
    return MessageState::unknown;
}

}  // namespace

std::optional<Error> error_of(const Delivered& delivered) {
    if (delivered.outcome) return {};
    auto error = delivered.outcome.error();
    if (delivered.ambiguous == 0 || error.code == Errc::outcome_unknown) return error;
    error.detail = fmt::format("{} of {} attempts may have been executed; the last one: {}", delivered.ambiguous,
                               delivered.attempts, error.detail);
    error.code = Errc::outcome_unknown;
    return error;
}

void settle(DirectMessage& message, const Delivered& delivered, WallTime now) {
    message.attempts = delivered.attempts;
    message.updated_at = now;
    if (delivered.outcome) {
        message.state = MessageState::accepted;
        message.possible_duplicate = delivered.ambiguous > 0;
        message.intercom_id = delivered.outcome->message_id;
        message.request_id = delivered.outcome->request_id;
        return;
    }
    const auto error = *error_of(delivered);
    message.state = state_after(error.code);
    message.possible_duplicate = delivered.ambiguous > 1;
    message.request_id = error.request_id;
    message.reason = error.upstream_code.empty() || error.code == Errc::outcome_unknown ? std::string(name(error.code))
                                                                                        : error.upstream_code;
    message.detail = error.detail;
}

}  // namespace herald
