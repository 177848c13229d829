#include "api/dry_run_view.hpp"

#include "api/campaign_view.hpp"
#include "api/problem.hpp"

namespace herald::api {
namespace {

std::vector<SkipCountView> skip_counts(const Tally& tally) {
    std::vector<SkipCountView> out;
    for (const auto& [reason, count] : tally.skipped) out.push_back({reason, count});
    return out;
}

CallRangeView range_view(const Range& range) {
    return {range.min, range.max};
}

}  // namespace

DryRunView dry_run_view(const Campaign& campaign, const DryRun& run, const CallsNeeded& calls) {
    DryRunView out;
    out.campaign_id = campaign.id.value;
    out.audience = campaign.counts.audience();
    out.uncounted_sources = static_cast<std::int64_t>(campaign.sources.size()) - run.sources.counted;
    out.sender = {campaign.sender.admin_id, campaign.sender.email, campaign.sender.verified};
    const auto& known = run.known;
    out.known = {known.looked_at, run.exact, known.ready, skip_counts(known), known.too_large, known.to_look_up};
    const auto& sample = run.sample;
    out.intercom_sample = {
        sample.looked_at, sample.ready, skip_counts(sample), sample.too_large, sample.look_again, sample.to_create, {}};
    if (run.stopped) out.intercom_sample.stopped = StoppedView{problem(*run.stopped).code, run.stopped->detail};
    if (!campaign.sources.empty()) {
        const auto& found = run.sources.sample;
        out.sources = {run.sources.people, found.looked_at, found.ready, skip_counts(found), found.too_large};
    }
    for (const auto& [ref, message] : run.messages) {
        SampleMessageView view{contact_view(ref), {}, message.body};
        if (campaign.subject) view.subject = message.subject;
        out.messages.push_back(std::move(view));
    }
    out.calls = {range_view(calls.lookups), range_view(calls.messages), range_view(calls.events)};
    return out;
}

}  // namespace herald::api
