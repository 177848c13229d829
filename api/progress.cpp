// GET /v1/campaigns/{id}/progress

#include "api/progress.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "api/campaign_view.hpp"
#include "api/handlers.hpp"
#include "api/json/encode.hpp"
#include "api/lists.hpp"

namespace herald::api {
namespace {

std::int64_t settled(const DeliveryCounts& counts) {
    std::int64_t out = 0;
    for (const auto state : all_delivery_states)
        if (is_terminal(state)) out += counts[state];
    return out;
}

double rate_of(Backend& backend, const Campaign& campaign) {
    if (campaign.state != CampaignState::running || !campaign.launched_at) return 0;
    const auto& clock = backend.ports.clock;
    const auto since_launch = std::max(clock.wall_now() - *campaign.launched_at, milliseconds{0});
    const auto rate = backend.rates.observe(campaign.id, settled(campaign.counts), clock.now(), since_launch);
    return std::round(rate * 100) / 100;
}

// Nothing is promised while nothing is sent, nor farther ahead than a year, nor faster than the campaign's own pace
// (which skipped recipients may exceed).
std::optional<WallTime> eta_of(const Campaign& campaign, double rate, WallTime now) {
    constexpr double year = 365.0 * 24 * 3600;
    if (campaign.state != CampaignState::running || rate <= 0) return {};
    if (campaign.max_per_minute) rate = std::min(rate, static_cast<double>(*campaign.max_per_minute) / 60);
    const auto open = campaign.counts.audience() - settled(campaign.counts);
    const auto wait = std::ceil(static_cast<double>(open) / rate);
    if (wait > year) return {};
    return std::chrono::floor<seconds>(now) + seconds(static_cast<std::int64_t>(wait));
}

}  // namespace

Task<Result<ProgressView>> progress_of(Backend& backend, const Workspace& workspace, const CampaignId& id) {
    const auto campaign = co_await backend.ports.campaigns.get(workspace.id, id);
    if (!campaign) co_return campaign.error();
    const auto reasons = co_await backend.ports.campaigns.reasons(workspace.id, id);
    if (!reasons) co_return reasons.error();

    ProgressView out;
    out.campaign_id = id.value;
    out.state = campaign->state;
    out.pause_reason = campaign->paused_for;
    out.audience = campaign->counts.audience();
    out.audience_sources = sources_view(campaign->sources);
    out.counts = counts_view(campaign->counts);
    for (const auto& [state, reason, count] : *reasons) out.reasons.push_back({state, reason, count});
    out.events = events_view(campaign->events);
    out.rate_per_second = rate_of(backend, *campaign);
    out.max_per_minute.value = campaign->max_per_minute;
    out.eta.value = eta_of(*campaign, out.rate_per_second, backend.ports.clock.wall_now());
    out.waiting = waiting_view(*campaign, workspace.waiting.waiting());
    out.finished_at = campaign->finished_at;
    co_return out;
}

Task<Answer> get_progress(Backend& backend, const Call& call) {
    auto id = campaign_of(call);
    if (!id) co_return std::unexpected(std::move(id.error()));
    const auto progress = co_await progress_of(backend, call.workspace, *id);
    if (!progress) co_return std::unexpected(problem(progress.error()));
    co_return json_response(200, to_json(*progress));
}

}  // namespace herald::api
