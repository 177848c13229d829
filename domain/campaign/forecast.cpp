#include "domain/campaign/forecast.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace herald {
namespace {

std::int64_t parts(std::int64_t of, std::int64_t size) {
    return (of + size - 1) / size;
}

std::optional<WallTime> after(WallTime from, std::int64_t calls, double per_second) {
    constexpr double year = 365.0 * 24 * 3600;
    const double wait = std::ceil(static_cast<double>(calls) / per_second);
    if (wait > year) return {};
    return from + seconds(static_cast<std::int64_t>(wait));
}

}  // namespace

void SampleMessages::add(const ContactId& person, const ContactRef& ref, RenderedMessage message) {
    if (!full() && people_.insert(person).second) messages_.push_back({ref, std::move(message)});
}

void AudienceTally::add(const AudienceMember& member, const std::optional<Answered>& person, SampleMessages& samples) {
    ++tally_.looked_at;
    if (!person) {
        if (member.repeated) return skip(name(SkipReason::duplicate));
        ++tally_.to_look_up;
        tally_.kinds.insert(member.ref.kind);
        return;
    }
    if (is_created(campaign_, member.ref, person->lookup)) {
        ++tally_.to_create;
        return;
    }
    ClaimedDelivery row;
    row.ref = member.ref;
    row.variables = member.variables;
    const auto plan = plan_of(row, *person, campaign_, content_, now_, rules_);
    // As the store applies plans: one row for one person, whatever became of it.
    if (plan.contact && had_a_row(*plan.contact, member.repeated)) return skip(name(SkipReason::duplicate));
    if (plan.event == DeliveryEvent::skip) return skip(plan.reason);
    if (plan.event == DeliveryEvent::defer) {
        ++tally_.look_again;
        return;
    }
    ready(member, *person->lookup.contact, samples);
}

bool AudienceTally::had_a_row(const ContactId& person, bool repeated) {
    return !people_.insert(person.value).second || repeated;
}

void AudienceTally::ready(const AudienceMember& member, const Contact& contact, SampleMessages& samples) {
    if (samples.full() &&
        content_.surely_fits(merge_variables(member.variables, campaign_.variables, contact.attributes))) {
        ++tally_.ready;
        return;
    }
    auto message = message_for(member.variables, campaign_, contact, content_);
    if (!message) {
        ++tally_.too_large;
        return;
    }
    ++tally_.ready;
    samples.add(contact.id, member.ref, std::move(*message));
}

void AudienceTally::skip(std::string_view reason) {
    ++tally_.skipped[std::string(reason)];
}

std::vector<std::int64_t> spread(std::int64_t audience, std::size_t count) {
    const auto wanted = std::min(audience, static_cast<std::int64_t>(count));
    std::vector<std::int64_t> positions;
    for (std::int64_t i = 0; i < wanted; ++i) positions.push_back(i * audience / wanted);
    return positions;
}

namespace {

CallsNeeded for_the_audience(const Tally& known, std::int64_t audience, const Campaign& campaign,
                             const LookupSizes& sizes) {
    CallsNeeded calls;
    if (known.looked_at == 0) return calls;
    const double part = static_cast<double>(audience) / static_cast<double>(known.looked_at);
    const auto whole = [part](std::int64_t rows) { return std::llround(static_cast<double>(rows) * part); };
    const auto open = whole(known.to_look_up);
    calls.messages = {whole(known.ready), whole(known.ready) + open};
    // Full searches at best. At worst each claim asks for its own people, for each kind of reference on its own, and
    // nobody is in the search: by id that is an exact look-up each, by email a second search.
    const auto searches = parts(open, sizes.claim_batch) * parts(sizes.claim_batch, sizes.lookup_batch) *
                          static_cast<std::int64_t>(std::max<std::size_t>(known.kinds.size(), 1));
    const auto each = campaign.create_missing_contacts ? 2 * open : open;  // looked up, and created
    calls.lookups = {parts(open, sizes.lookup_batch), open > 0 ? searches + each : 0};
    return calls;
}

// Nobody of them needs a look-up: the page that finds them knows them.
void add_sources(CallsNeeded& calls, const SourceTally& sources) {
    calls.lookups.min += sources.pages;
    calls.lookups.max += sources.pages;
    calls.messages.max += sources.people;
    if (sources.sample.looked_at == 0) return;
    // At best they are all the same people.
    const auto ready = static_cast<double>(sources.sample.ready) / static_cast<double>(sources.sample.looked_at);
    calls.messages.min =
        std::max<std::int64_t>(calls.messages.min, std::llround(static_cast<double>(sources.largest) * ready));
}

}  // namespace

CallsNeeded calls_needed(const Tally& known, std::int64_t audience, const Campaign& campaign,
                         const SourceTally& sources, LookupSizes sizes) {
    auto calls = for_the_audience(known, audience, campaign, sizes);
    add_sources(calls, sources);
    if (campaign.track_event && campaign.channel == Channel::email) calls.events = calls.messages;
    return calls;
}

std::optional<Finish> finish_of(const CallsNeeded& calls, const Pace& pace) {
    if (pace.per_second <= 0) return {};
    const auto end = [&](std::int64_t all, std::int64_t messages) -> std::optional<WallTime> {
        const auto at = after(pace.from, all, pace.per_second);
        if (!pace.max_per_minute || !at) return at;
        const auto paced = after(pace.from, messages, static_cast<double>(*pace.max_per_minute) / 60);
        return paced ? std::optional(std::max(*at, *paced)) : std::nullopt;
    };
    const auto earliest = end(calls.lookups.min + calls.messages.min, calls.messages.min);
    // The events take their turns between the messages; completion does not wait for them, but the messages do.
    const auto latest =
        end(calls.lookups.max + calls.messages.max + calls.events.max + pace.others, calls.messages.max);
    if (!earliest || !latest) return {};
    return Finish{*earliest, *latest};
}

}  // namespace herald
