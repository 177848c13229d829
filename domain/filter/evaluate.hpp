#pragma once
// Whether a filter holds for a person and an event, answered here and not by Intercom's search. Pure.

#include <string>
#include <vector>

#include "domain/contact/profile.hpp"
#include "domain/filter/check.hpp"

namespace herald {

// What is known of a person, by the names that filters use: Intercom's own fields (`email`, `email_domain`, `role`,
// `id`, `external_id`, `name`, `phone`, `unsubscribed_from_emails`, `has_hard_bounced`, `marked_email_as_spam`, the
// dates of Contact in Unix seconds) and `custom_attributes.NAME`, which are texts. What a person has not is not there.
Scalars facts_of(const Contact& contact);
// Adds `event.name` and `event.metadata.KEY`.
void add_event_facts(Scalars& facts, const std::string& event_name, const Scalars& metadata);

enum class FilterScope : std::uint8_t { contact, contact_and_event };

// Every mistake, in the order of the tree; empty: judge() can answer it. Without an event its fields are refused.
std::vector<FilterRefusal> refused_here(const Filter& filter, FilterScope scope);

// Conditions that decided, at most so many are named; the others are counted.
inline constexpr std::size_t most_reasons = 3;

struct Judgement {
    bool matches{};
    // The conditions that decided, for people who read a trace: the first that failed of `all`, the first that held
    // of `any`, otherwise all of them. Repeats the filter's own values, never the person's.
    std::string because;

    friend bool operator==(const Judgement&, const Judgement&) = default;
};

// The rules of comparison:
// - The type of the filter's value decides. Attributes are kept as texts, so a number is also compared with a text
//   that is one, or that is a date (RFC 3339 with an offset: its Unix seconds); true and false with "true" and
//   "false"; a text with a text only. What cannot be compared is not equal, and not in any order.
// - Whole numbers are exact in all 64 bits, also beside fractions; -0 is 0; nothing equals or orders NaN.
// - Texts are equal byte by byte, and upper and lower case differ, also in contains, starts_with and ends_with. Email
//   addresses and their domains (`email`, `email_domain`) compare without regard to case.
// - within_last and within_next include both ends, to the second. Here they are exact; Intercom's search, which
//   looks at whole days, is asked by searchable_at().
// - What is not there matches ne, not_in, not_contains, not_within_last, not_within_next and exists:false only. So does
//   what cannot be compared, for all of these but exists.
// A plain field ("tier") means what it means in contact search: contact_search_field().
Judgement judge(const Filter& filter, const Scalars& facts, WallTime now);

}  // namespace herald
