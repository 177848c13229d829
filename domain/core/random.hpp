#pragma once
// Chance as a port, so that a test can fix it.

#include <cstdint>

namespace herald {

class Random {
 public:
    virtual ~Random() = default;
    virtual std::uint64_t bits() = 0;

    // Uniform in [0, 1).
    double fraction() { return static_cast<double>(bits() >> 11U) * 0x1.0p-53; }
};

}  // namespace herald
