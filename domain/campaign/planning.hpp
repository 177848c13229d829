#pragma once
// What is to be done for one recipient, from what is known about the person. Pure, and the only place that decides
// it: the sending loop and a dry run ask here, so that they cannot disagree.

#include "domain/campaign/campaign.hpp"
#include "domain/content/message_content.hpp"
#include "domain/ports/delivery_store.hpp"
#include "domain/ports/messenger.hpp"

namespace herald {

struct PlanRules {
    milliseconds contact_fresh{900'000};  // how long a remembered contact is believed
    milliseconds look_again{120'000};     // an email may be too new for Intercom's search
    int lookups_before_not_found{2};
    int lookups_before_lookup_failed{4};  // of a person Intercom's directory gives no usable answer about
};

// What the directory said about a person.
struct Answered {
    Lookup lookup;
    bool unanswered{};                     // it fails on this very reference
    std::optional<std::string> refused{};  // Intercom's words against creating the person
    std::optional<WallTime> born{};        // when the person was created for this row
};

// Whether the person is created first. Whom nobody knows under an id of Intercom's cannot be created under it.
bool is_created(const Campaign& campaign, const ContactRef& ref, const Lookup& lookup);
// Of a look-up: refused or unreadable. It may be about one of the references, and asking for fewer can tell which.
bool is_about_a_reference(const Error& error);

// intend (contact set), skip (with the reason) or defer. Whether another row has the same person already is the
// store's to say.
PlannedDelivery plan_of(const ClaimedDelivery& delivery, const Answered& person, const Campaign& campaign,
                        const MessageContent& content, WallTime now, const PlanRules& rules);

// The message as this person is sent it. Errors: as MessageContent::render; no variable is missing after `intend`.
Result<RenderedMessage> message_for(const Variables& recipient, const Campaign& campaign, const Contact& contact,
                                    const MessageContent& content);

}  // namespace herald
