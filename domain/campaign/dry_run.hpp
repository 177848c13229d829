#pragma once
// A launch without launching: reads the audience, asks the contact memory, looks a little into Intercom, and counts.
// Nothing is written and nothing is sent.

#include <optional>

#include "domain/campaign/forecast.hpp"
#include "domain/ports/audience_directory.hpp"
#include "domain/ports/delivery_store.hpp"
#include "domain/ports/messenger.hpp"
#include "domain/ports/worker.hpp"

namespace herald {

struct DryRunPorts {
    AudienceReader& audiences;
    ContactMemory& memory;
    ContactDirectory& directory;
    AudienceDirectory& searching;
    Worker& worker;
    Clock& clock;
};

struct DryRunBounds {
    std::int64_t all_up_to{100'000};  // a larger audience is looked at in parts, evenly spread
    std::size_t slice{500};           // members in one read
    std::size_t sampled{200};         // members that Intercom is asked about
    std::size_t lookup_batch{50};
    std::size_t source_page{50};  // people of a segment or filter that are looked at
    std::size_t messages{10};
    milliseconds intercom_patience{10'000};
};

struct DryRun {
    Tally known;                   // without asking Intercom
    bool exact{};                  // `known` has looked at everybody
    Tally sample;                  // of those whom Intercom was asked about
    std::optional<Error> stopped;  // why Intercom was not asked about all of the sample
    SourceTally sources;           // the segments and filters, whose people are not in the audience yet
    std::vector<SampleMessage> messages;
};

// Errors: those of the store; content_rejected when the template does not parse. When the deadline comes first, the
// parts say how far they got.
Task<Result<DryRun>> dry_run(DryRunPorts ports, Campaign campaign, PlanRules rules, DryRunBounds bounds,
                             Deadline deadline);

}  // namespace herald
