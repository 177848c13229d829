#pragma once
// A launch foretold, as clients see it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/views.hpp"
#include "domain/campaign/dry_run.hpp"

namespace herald::api {

struct SkipCountView {
    std::string reason;
    std::int64_t count{};
};
BOOST_DESCRIBE_STRUCT(SkipCountView, (), (reason, count))

struct KnownView {
    std::int64_t looked_at{};
    bool exact{};
    std::int64_t ready{};
    std::vector<SkipCountView> skipped;
    std::int64_t too_large{};
    std::int64_t to_look_up{};
};
BOOST_DESCRIBE_STRUCT(KnownView, (), (looked_at, exact, ready, skipped, too_large, to_look_up))

struct StoppedView {
    std::string code;
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(StoppedView, (), (code, detail))

struct IntercomSampleView {
    std::int64_t looked_at{};
    std::int64_t ready{};
    std::vector<SkipCountView> skipped;
    std::int64_t too_large{};
    std::int64_t look_again{};
    std::int64_t to_create{};
    std::optional<StoppedView> stopped;
};
BOOST_DESCRIBE_STRUCT(IntercomSampleView, (), (looked_at, ready, skipped, too_large, look_again, to_create, stopped))

struct SourcesForetoldView {
    std::int64_t people{};
    std::int64_t looked_at{};
    std::int64_t ready{};
    std::vector<SkipCountView> skipped;
    std::int64_t too_large{};
};
BOOST_DESCRIBE_STRUCT(SourcesForetoldView, (), (people, looked_at, ready, skipped, too_large))

struct SampleMessageView {
    ContactView contact;
    std::optional<std::string> subject;
    std::string body;
};
BOOST_DESCRIBE_STRUCT(SampleMessageView, (), (contact, subject, body))

struct CallRangeView {
    std::int64_t min{};
    std::int64_t max{};
};
BOOST_DESCRIBE_STRUCT(CallRangeView, (), (min, max))

struct CallsView {
    CallRangeView lookups;
    CallRangeView messages;
    CallRangeView events;
};
BOOST_DESCRIBE_STRUCT(CallsView, (), (lookups, messages, events))

struct FinishView {
    WallTime earliest{};
    WallTime latest{};
};
BOOST_DESCRIBE_STRUCT(FinishView, (), (earliest, latest))

struct DryRunView {
    std::string campaign_id;
    std::int64_t audience{};
    std::int64_t uncounted_sources{};
    SenderView sender;
    KnownView known;
    IntercomSampleView intercom_sample;
    std::optional<SourcesForetoldView> sources;
    std::vector<SampleMessageView> messages;
    CallsView calls;
    double rate_per_second{};
    WaitingView waiting;
    Nullable<FinishView> finish;
};
BOOST_DESCRIBE_STRUCT(DryRunView, (),
                      (campaign_id, audience, uncounted_sources, sender, known, intercom_sample, sources, messages,
                       calls, rate_per_second, waiting, finish))

// Without pace and finish, which are not the dry run's.
DryRunView dry_run_view(const Campaign& campaign, const DryRun& run, const CallsNeeded& calls);

}  // namespace herald::api
