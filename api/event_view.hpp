#pragma once
// What became of an event, as clients see it: openapi.yaml's EventRecord. Nobody's address, and nothing that was said.

#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "api/automation_enums.hpp"
#include "api/json/types.hpp"
#include "domain/ports/automation_store.hpp"

namespace herald::api {

struct KeptOutView {
    std::string automation_id;
    std::string because;
};
BOOST_DESCRIBE_STRUCT(KeptOutView, (), (automation_id, because))

struct EventOutcomeView {
    EventArrival state{};
    std::vector<std::string> runs;
    std::vector<KeptOutView> not_entered;
    std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(EventOutcomeView, (), (state, runs, not_entered, reason))

struct EventRecordView {
    std::string id;
    std::optional<std::string> event_name;
    WallTime at{};
    WallTime received_at{};
    EventTracked tracked{};
    std::optional<std::string> tracked_reason;
    EventOutcomeView outcome;
};
BOOST_DESCRIBE_STRUCT(EventRecordView, (), (id, event_name, at, received_at, tracked, tracked_reason, outcome))

EventRecordView event_record_view(const EventRecord& record);

}  // namespace herald::api
