#pragma once
// How many requests each caller may make. GCRA: a bucket that holds the requests of two seconds and is filled evenly
// (RESILIENCE.md 1.10: 50 a second, 100 at once).

#include <cstddef>
#include <cstdint>
#include <map>

#include "domain/access/key.hpp"
#include "domain/core/time.hpp"

namespace herald {

inline constexpr std::int64_t usual_requests_per_minute = 3'000;

struct Quota {
    std::int64_t at_once{};  // requests that a full bucket lets in
    seconds window{};        // in which an empty one is full again, rounded up

    friend bool operator==(const Quota&, const Quota&) = default;
};

Quota quota_of(std::int64_t per_minute);

struct Admitted {
    bool let_in{};
    std::int64_t remaining{};  // requests that would be let in now, after this one
    milliseconds full_in{};    // until the bucket is full
    milliseconds next_in{};    // until one request is let in; 0 when one is
};

class RequestAdmission {
 public:
    // One request with the key. Nothing is counted of one that is refused.
    Admitted admit(const KeyHash& key, std::int64_t per_minute, SteadyTime now);

    std::size_t remembered() const { return full_at_.size(); }

 private:
    void forget_full(SteadyTime now);

    std::map<KeyHash, SteadyTime> full_at_;  // a key that is absent has a full bucket
};

}  // namespace herald
