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
        entries_.push_back({now, kinds});
        for (std::size_t kind = 0; kind < Kinds; ++kind) counts_[kind] += kinds[kind] ? 1 : 0;
    }

    // Entries of the last `window`: one added at t counts until just before t + window.
    std::size_t count(std::size_t kind, SteadyTime now) {
        while (!entries_.empty() && entries_.front().at + window_ <= now) {
            for (std::size_t k = 0; k < Kinds; ++k) counts_[k] -= entries_.front().kinds[k] ? 1 : 0;
            entries_.pop_front();
        }
        return counts_[kind];
    }

    void clear() {
        entries_.clear();
        counts_ = {};
    }

 private:
    struct Entry {
        SteadyTime at;
        std::bitset<Kinds> kinds;
    };

    SteadyTime::duration window_;
    std::deque<Entry> entries_;
    std::array<std::size_t, Kinds> counts_{};
};

}  // namespace herald::resilience
