#include "adapters/resilience/fair_queue.hpp"

#include <algorithm>
#include <numeric>

namespace herald::resilience {

FairQueue::Place FairQueue::join(Lane lane) {
    const auto index = static_cast<std::size_t>(lane);
    auto& queue = lanes_[index];
    const double start = std::max(virtual_time_, queue.finish);
    queue.finish = start + 1.0 / weights_[index];
    queue.waiting.push_back({next_place_, start});
    return next_place_++;
}

const FairQueue::LaneQueue* FairQueue::front_lane() const {
    const LaneQueue* best = nullptr;
    for (const auto& lane : lanes_)
        if (!lane.waiting.empty() && (best == nullptr || lane.waiting.front().start < best->waiting.front().start))
            best = &lane;
    return best;
}

std::optional<FairQueue::Place> FairQueue::front() const {
    const auto* lane = front_lane();
    if (lane == nullptr) return {};
    return lane->waiting.front().place;
}

void FairQueue::leave(Place place) {
    for (auto& lane : lanes_) {
        const auto at = std::ranges::find(lane.waiting, place, &Waiting::place);
        if (at == lane.waiting.end()) continue;
        virtual_time_ = std::max(virtual_time_, at->start);
        lane.waiting.erase(at);
        return;
    }
}

std::size_t FairQueue::size() const {
    return std::accumulate(lanes_.begin(), lanes_.end(), std::size_t{0},
                           [](std::size_t sum, const LaneQueue& lane) { return sum + lane.waiting.size(); });
}

}  // namespace herald::resilience
