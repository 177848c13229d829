#pragma once
// What a launch would do, foretold with the planning decision of the sending loop. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "domain/campaign/planning.hpp"
#include "domain/ports/audience_reader.hpp"

namespace herald {

struct Tally {
    std::int64_t looked_at{};
    std::int64_t ready{};                         // would be sent
    std::map<std::string, std::int64_t> skipped;  // by reason
    std::int64_t too_large{};                     // rejected here: larger, with this person's variables, than is sent
    std::int64_t look_again{};                    // an email that Intercom's search may not show yet
    std::int64_t to_create{};                     // created in Intercom first
    std::int64_t to_look_up{};                    // only Intercom can tell
    std::set<ContactRef::Kind> kinds;             // of those
};

// People of segments and filters, as far as Intercom has counted them.
struct SourceTally {
    std::int64_t counted{};  // sources
    std::int64_t people{};   // in all of those; somebody may be in several, or in the audience already
    std::int64_t largest{};  // people of the largest
    std::int64_t pages{};    // to read them
    Tally sample;            // the first of each
};

struct SampleMessage {
    ContactRef ref;
    RenderedMessage message;
};

// Rendered messages of different people, up to a number.
class SampleMessages {
 public:
    explicit SampleMessages(std::size_t most) : most_(most) {}

    bool full() const { return messages_.size() >= most_; }
    void add(const ContactId& person, const ContactRef& ref, RenderedMessage message);
    std::vector<SampleMessage> take() { return std::move(messages_); }

 private:
    std::size_t most_;
    std::vector<SampleMessage> messages_;
    std::set<ContactId> people_;
};

// Counts members in the order of the audience, as the sending loop and the store would decide about each.
class AudienceTally {
 public:
    // Both must outlive it.
    AudienceTally(const Campaign& campaign, const MessageContent& content, PlanRules rules, WallTime now)
        : campaign_(campaign), content_(content), rules_(rules), now_(now) {}

    // `person` empty: nobody was asked. A reference that stands twice is then counted as a duplicate.
    void add(const AudienceMember& member, const std::optional<Answered>& person, SampleMessages& samples);

    const Tally& counted() const { return tally_; }

 private:
    bool had_a_row(const ContactId& person, bool repeated);
    void ready(const AudienceMember& member, const Contact& contact, SampleMessages& samples);
    void skip(std::string_view reason);

    const Campaign& campaign_;
    const MessageContent& content_;
    PlanRules rules_;
    WallTime now_;
    Tally tally_;
    std::unordered_set<std::string> people_;  // contacts that have a row
};

// `count` positions of an audience, as far apart as they can be; all of them when there are no more.
std::vector<std::int64_t> spread(std::int64_t audience, std::size_t count);

struct Range {
    std::int64_t min{};
    std::int64_t max{};

    friend bool operator==(const Range&, const Range&) = default;
};

// Without retries.
struct CallsNeeded {
    Range lookups;
    Range messages;
    Range events;

    friend bool operator==(const CallsNeeded&, const CallsNeeded&) = default;
};

// How the sending loop asks for people.
struct LookupSizes {
    std::int64_t claim_batch{256};
    std::int64_t lookup_batch{50};
};

// `known` and the sample of `sources` may have looked at a part only: what they found is then taken for the whole.
CallsNeeded calls_needed(const Tally& known, std::int64_t audience, const Campaign& campaign,
                         const SourceTally& sources = {}, LookupSizes sizes = {});

struct Pace {
    double per_second{};
    WallTime from{};                             // nothing goes out before
    std::int64_t others{};                       // calls of other campaigns that may come in between
    std::optional<std::int64_t> max_per_minute;  // messages of this campaign
};

struct Finish {
    WallTime earliest{};
    WallTime latest{};

    friend bool operator==(const Finish&, const Finish&) = default;
};

// When the last message would be out. Empty when nothing is sent at this pace, or not within a year.
std::optional<Finish> finish_of(const CallsNeeded& calls, const Pace& pace);

}  // namespace herald
