#include "domain/core/error.hpp"

namespace herald {

bool may_pass(Errc code) {
    switch (code) {
        case Errc::credential:
        case Errc::rate_limited:
        case Errc::not_executed:
        case Errc::outcome_unknown:
        case Errc::upstream_unavailable:
        case Errc::deadline_exceeded:
        case Errc::store_unavailable:
        case Errc::shutting_down:
            return true;
        case Errc::invalid_argument:
        case Errc::not_found:
        case Errc::conflict:
        case Errc::stale:
        case Errc::key_reused:
        case Errc::contact_not_found:
        case Errc::contact_merged:
        case Errc::unsubscribed:
        case Errc::content_rejected:
        case Errc::contact_conflict:
        case Errc::contact_suppressed:
            return false;
    }
    return false;
}

std::string_view name(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
            return "invalid_argument";
        case Errc::not_found:
            return "not_found";
        case Errc::conflict:
            return "conflict";
        case Errc::stale:
            return "stale";
        case Errc::key_reused:
            return "key_reused";
        case Errc::contact_not_found:
            return "contact_not_found";
        case Errc::contact_merged:
            return "contact_merged";
        case Errc::unsubscribed:
            return "unsubscribed";
        case Errc::content_rejected:
            return "content_rejected";
        case Errc::contact_conflict:
            return "contact_conflict";
        case Errc::contact_suppressed:
            return "contact_suppressed";
        case Errc::credential:
            return "credential";
        case Errc::rate_limited:
            return "rate_limited";
        case Errc::not_executed:
            return "not_executed";
        case Errc::outcome_unknown:
            return "outcome_unknown";
        case Errc::upstream_unavailable:
            return "upstream_unavailable";
        case Errc::deadline_exceeded:
            return "deadline_exceeded";
        case Errc::store_unavailable:
            return "store_unavailable";
        case Errc::shutting_down:
            return "shutting_down";
    }
    return "unknown";
}

}  // namespace herald
