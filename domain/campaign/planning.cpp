#include "domain/campaign/planning.hpp"

#include <utility>

namespace herald {
namespace {

PlannedDelivery skipped(PlannedDelivery plan, SkipReason reason) {
    plan.event = DeliveryEvent::skip;
    plan.reason = name(reason);
    return plan;
}

PlannedDelivery deferred(PlannedDelivery plan, WallTime until) {
    plan.event = DeliveryEvent::defer;
    plan.not_before = until;
    return plan;
}

}  // namespace

bool is_created(const Campaign& campaign, const ContactRef& ref, const Lookup& lookup) {
    return campaign.create_missing_contacts && lookup.why_not == SkipReason::not_found &&
           ref.kind != ContactRef::Kind::id;
}

bool is_about_a_reference(const Error& error) {
    return error.code == Errc::content_rejected || error.code == Errc::outcome_unknown;
}

PlannedDelivery plan_of(const ClaimedDelivery& delivery, const Answered& person, const Campaign& campaign,
                        const MessageContent& content, WallTime now, const PlanRules& rules) {
    PlannedDelivery plan;
    plan.claim = delivery.claim;
    if (person.lookup.contact) plan.contact = person.lookup.contact->id;
    if (person.refused) {
        plan.detail = *person.refused;
        return skipped(std::move(plan), SkipReason::creation_refused);
    }
    if (person.unanswered) {
        if (delivery.lookups + 1 >= rules.lookups_before_lookup_failed)
            return skipped(std::move(plan), SkipReason::lookup_failed);
        return deferred(std::move(plan), now + rules.look_again);
    }
    if (!person.lookup.contact) {
        const auto why = person.lookup.why_not.value_or(SkipReason::not_found);
        const bool may_be_too_new = why == SkipReason::not_found && delivery.ref.kind == ContactRef::Kind::email &&
                                    delivery.lookups + 1 < rules.lookups_before_not_found;
        if (may_be_too_new) return deferred(std::move(plan), now + rules.look_again);
        return skipped(std::move(plan), why);
    }
    const auto& contact = *person.lookup.contact;
    if (const auto reason = suppression(contact, campaign.channel)) return skipped(std::move(plan), *reason);
    const auto variables = merge_variables(delivery.variables, campaign.variables, contact.attributes);
    if (!content.missing(variables).empty()) return skipped(std::move(plan), SkipReason::missing_variable);
    plan.event = DeliveryEvent::intend;
    plan.contact_born = person.born;
    return plan;
}

Result<RenderedMessage> message_for(const Variables& recipient, const Campaign& campaign, const Contact& contact,
                                    const MessageContent& content) {
    return content.render(merge_variables(recipient, campaign.variables, contact.attributes));
}

}  // namespace herald
