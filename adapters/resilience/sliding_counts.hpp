#pragma once
// How many entries of each kind there were lately, exactly. Holds one small record per entry, so it suits
// rates that something else bounds.

#include <array>
#include <bitset>
#include <cstddef>
#include <deque>

#include "domain/core/time.hpp"

namespace herald::resilience {

template <std::size_t Kinds>
class SlidingCounts {
 public:
    explicit SlidingCounts(SteadyTime::duration window) : window_(window) {}

    // An entry may be of several kinds. Time never runs backwards.
    void add(std::bitset<Kinds> kinds, SteadyTime now) {
        forget(now);
        entries_.push_back({now, kinds});
        for (std::size_t kind = 0; kind < Kinds; ++kind) counts_[kind] += kinds[kind] ? 1 : 0;
    }

    // Entries of the last `window`: one added at t counts until just before t + window.
    std::size_t count(std::size_t kind, SteadyTime now) {
        forget(now);
        return counts_[kind];
    }

    // Entries held; none is older than the window at the last call of add or count.
    std::size_t size() const { return entries_.size(); }

    void clear() {
        entries_.clear();
        counts_ = {};
    }

 private:
    struct Entry {
        SteadyTime at;
        std::bitset<Kinds> kinds;
    };

    void forget(SteadyTime now) {
        while (!entries_.empty() && entries_.front().at + window_ <= now) {
            for (std::size_t kind = 0; kind < Kinds; ++kind) counts_[kind] -= entries_.front().kinds[kind] ? 1 : 0;
            entries_.pop_front();
        }
    }

    SteadyTime::duration window_;
    std::deque<Entry> entries_;
    std::array<std::size_t, Kinds> counts_{};
};

}  // namespace herald::resilience
