#pragma once
// A small seeded generator: the same seed gives the same faults and the same latencies.

#include <cstdint>

namespace sim {

class Rng {
 public:
    explicit Rng(std::uint64_t seed) : state_(seed) {}

    std::uint64_t bits() {  // splitmix64
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    double unit() { return static_cast<double>(bits() >> 11U) * 0x1.0p-53; }  // [0, 1)
    std::int64_t between(std::int64_t low, std::int64_t high) {               // both included
        if (high <= low) return low;
        return low + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(high - low + 1));
    }

 private:
    std::uint64_t state_;
};

}  // namespace sim
