#pragma once
// What one attempt's end means for its delivery. The whole decision, without waiting or storing.

#include <array>

#include "domain/campaign/campaign.hpp"
#include "domain/core/backoff.hpp"
#include "domain/ports/delivery_store.hpp"
#include "domain/ports/messenger.hpp"

namespace herald {

struct SettleRules {
    // A refusal that looks like the credential's may be about this person after all: others go first, longer each
    // time, and in the end the person is given up. Four times as long each, a second first and an hour at most.
    milliseconds credential_rest{1'000};
    milliseconds longest_credential_rest{3'600'000};
    std::int64_t most_credential_refusals{8};
    Backoff backoff;                       // for attempts that never reached Intercom
    std::int64_t most_throttled{20};       // after so many 429s in a row of one delivery …
    milliseconds throttled_rest{600'000};  // … it rests for so long
    // Intercom does not find a contact at once that was just created: so long after the creation, "not found" means
    // "not yet", and after each of these waits it is asked again.
    milliseconds visibility_grace{120'000};
    std::array<milliseconds, 3> visibility_waits{milliseconds{5'000}, milliseconds{15'000}, milliseconds{45'000}};
};

// `delivery` as it was claimed, so its counters do not include this attempt. `track_event` is the
// campaign's wish; only an email has the event. `chance` is uniform in [0, 1).
//   a receipt                                 accept
//   unsubscribed                              refuse
//   content_rejected                          reject, reason Intercom's code
//   contact_not_found, contact_merged         withdraw once to resolve the person again, then reject
//   not_executed                              withdraw for 1-2-4 s or as long as asked, then reject
//   rate_limited                              withdraw, not charged; a long rest after 20 of them
//   credential, or refused by ourselves       withdraw, not charged
//   outcome_unknown                           lose
// An error that no Messenger promises also loses: nobody knows what it did.
Settlement settlement_of(const ClaimedDelivery& delivery, const Result<Receipt>& outcome, Channel channel,
                         bool track_event, WallTime now, double chance, const SettleRules& rules = {});

}  // namespace herald
