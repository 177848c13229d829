#pragma once
// Who enters an automation, and why not. Pure: what was before comes in and what is now goes out.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/automation/automation.hpp"
#include "domain/automation/event.hpp"

namespace herald {

// What is remembered of one contact for one automation.
struct History {
    std::int64_t entries{};
    std::optional<WallTime> last_entry;
    std::string last_date;              // of a DateTrigger: the date that it fired for
    std::vector<WallTime> occurrences;  // of a BehaviorTrigger, oldest first, since it last fired

    friend bool operator==(const History&, const History&) = default;
};

// The last values seen of one contact, by metric.
using Values = std::map<std::string, double>;

// Whether the event may start a run, or change what is remembered for the trigger. Asks neither contact nor history.
bool concerns(const Trigger& trigger, const IncomingEvent& event);

// The metric that the trigger watches; empty: none.
std::string watched_metric(const Trigger& trigger);
// The values of these metrics that the event carries: numbers, and texts that are numbers.
Values values_in(const IncomingEvent& event, const std::vector<std::string>& metrics);

struct Admission {
    bool enters{};
    std::string because;  // why it enters, or why not; empty: the event does not concern it
};

// `facts`: of the contact and the event. `before`: the values before this event. Changes `history` as the event does,
// also when nobody enters.
Admission admit(const Definition& definition, const IncomingEvent& event, const Scalars& facts, const Values& before,
                History& history, WallTime now);

// The same for somebody in the audience of a firing that was due at `at`. `facts`: of the contact.
Admission admit_at(const Definition& definition, WallTime at, const Scalars& facts, const TimeZones& zones,
                   History& history, WallTime now);

}  // namespace herald
