#include "api/rate_meter.hpp"

#include <algorithm>

namespace herald::api {
namespace {

constexpr seconds window{30};
constexpr seconds shortest{1};
constexpr seconds forgotten_after{600};
constexpr std::size_t most_campaigns = 1'024;

double per_second(std::int64_t settled, SteadyTime::duration elapsed) {
    const double wait = std::chrono::duration<double>(elapsed).count();
    return wait > 0 ? static_cast<double>(std::max<std::int64_t>(settled, 0)) / wait : 0.0;
}

}  // namespace

double RateMeter::observe(const CampaignId& campaign, std::int64_t settled, SteadyTime now, milliseconds since_launch) {
    forget_old(now);
    auto& sightings = seen_[campaign];
    const auto base = base_of(sightings, now);
    // One a second is enough, however many people watch.
    if (sightings.empty() || now - sightings.back().at >= shortest) sightings.push_back({now, settled});
    while (sightings.size() > 2 && sightings[1].at < now - window) sightings.pop_front();
    return base ? per_second(settled - base->settled, now - base->at) : per_second(settled, since_launch);
}

std::optional<RateMeter::Sighting> RateMeter::base_of(const Sightings& sightings, SteadyTime now) {
    std::optional<Sighting> base;
    for (const auto& sighting : sightings) {
        if (now - sighting.at < shortest) break;
        base = sighting;
        if (now - sighting.at <= window) break;
    }
    return base;
}

void RateMeter::forget_old(SteadyTime now) {
    if (seen_.size() < most_campaigns) return;
    std::erase_if(seen_, [now](const auto& entry) { return now - entry.second.back().at > forgotten_after; });
    if (seen_.size() >= most_campaigns) seen_.erase(seen_.begin());
}

}  // namespace herald::api
