#include "domain/ports/send_gate.hpp"

namespace herald {

std::string_view name(Lane lane) {
    switch (lane) {
        case Lane::interactive:
            return "interactive";
        case Lane::automation:
            return "automation";
        case Lane::campaign:
            return "campaign";
        case Lane::background:
            return "background";
    }
    return "";
}

// RESILIENCE.md 1.2, second table.
Verdict judge(const Error& error) {
    switch (error.code) {
        case Errc::not_executed:
        case Errc::outcome_unknown:
            return Verdict::failure;
        case Errc::contact_not_found:
        case Errc::contact_merged:
        case Errc::unsubscribed:
        case Errc::content_rejected:
        case Errc::contact_conflict:
            return Verdict::success;
        case Errc::credential:
        case Errc::rate_limited:
        case Errc::upstream_unavailable:
        case Errc::deadline_exceeded:
        case Errc::shutting_down:
        // Not Intercom's word at all.
        case Errc::invalid_argument:
        case Errc::not_found:
        case Errc::conflict:
        case Errc::stale:
        case Errc::key_reused:
        case Errc::contact_suppressed:
        case Errc::store_unavailable:
            return Verdict::neutral;
    }
    return Verdict::neutral;
}

}  // namespace herald
