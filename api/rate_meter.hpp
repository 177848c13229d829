#pragma once
// How fast deliveries settle, from what was seen whenever somebody asked. Nothing is measured in between.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "domain/core/id.hpp"
#include "domain/core/time.hpp"

namespace herald::api {

class RateMeter {
 public:
    // Settled deliveries per second: since the oldest sighting of the last 30 s, else since the newest one before
    // that, else (nothing seen for at least a second) on average since the launch. Remembers this sighting.
    double observe(const CampaignId& campaign, std::int64_t settled, SteadyTime now, milliseconds since_launch);

    std::size_t campaigns() const { return seen_.size(); }

 private:
    struct Sighting {
        SteadyTime at;
        std::int64_t settled;
    };
    using Sightings = std::deque<Sighting>;

    static std::optional<Sighting> base_of(const Sightings& sightings, SteadyTime now);
    void forget_old(SteadyTime now);

    std::map<CampaignId, Sightings> seen_;
};

}  // namespace herald::api
