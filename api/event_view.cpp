#include "api/event_view.hpp"

#include "api/campaign_view.hpp"

namespace herald::api {
namespace {

EventTracked tracked_of(EventRecord::Report report) {
    switch (report) {
        case EventRecord::Report::off:
            return EventTracked::none;
        case EventRecord::Report::queued:
            return EventTracked::queued;
        case EventRecord::Report::tracked:
            return EventTracked::tracked;
        case EventRecord::Report::failed:
            return EventTracked::failed;
    }
    return EventTracked::none;
}

}  // namespace

EventRecordView event_record_view(const EventRecord& record) {
    EventRecordView out;
    out.id = record.id;
    out.event_name = unless_empty(record.name);
    out.at = record.at;
    out.received_at = record.taken_at;
    out.tracked = tracked_of(record.report);
    out.tracked_reason = unless_empty(record.report_reason);
    out.outcome.state = record.pending ? EventArrival::pending : EventArrival::done;
    out.outcome.runs = record.runs;
    for (const auto& [automation, because] : record.not_entered)
        out.outcome.not_entered.push_back({automation.value, because});
    out.outcome.reason = unless_empty(record.reason);
    return out;
}

}  // namespace herald::api
