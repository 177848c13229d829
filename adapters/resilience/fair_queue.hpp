#pragma once
// Start-time fair queueing over lanes: who gets the next slot of the shared rate limit. A backlogged lane
// gets at least weight / sum of weights of the slots, minus one; an idle lane costs nothing. Pure.

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "domain/ports/send_gate.hpp"

namespace herald::resilience {

inline constexpr std::size_t lane_count = all_lanes.size();

// interactive : automation : campaign : background
inline constexpr std::array<double, lane_count> default_weights{8, 4, 2, 1};

class FairQueue {
 public:
    using Place = std::uint64_t;

    explicit FairQueue(std::array<double, lane_count> weights = default_weights) : weights_(weights) {}

    Place join(Lane lane);
    // Who is next; nullopt when nobody waits.
    std::optional<Place> front() const;
    // Takes the front out as served, or anybody out as gone. A place that is not there is ignored.
    void leave(Place place);
    std::size_t size() const;

 private:
    struct Waiting {
        Place place;
        double start;  // virtual time
    };
    struct LaneQueue {
        std::deque<Waiting> waiting;
        double finish{};  // virtual time at which the lane's last service ends
    };
    const LaneQueue* front_lane() const;

    std::array<double, lane_count> weights_;
    std::array<LaneQueue, lane_count> lanes_;
    double virtual_time_{};
    Place next_place_{1};
};

}  // namespace herald::resilience
