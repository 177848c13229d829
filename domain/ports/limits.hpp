#pragma once
// How fast calls may go out at the moment and what holds them back, for people who ask.

#include <array>
#include <numeric>
#include <optional>
#include <string>

#include "domain/core/time.hpp"
#include "domain/ports/send_gate.hpp"

namespace herald {

struct PaceStatus {
    int limit_per_window{};  // as Intercom last said it, within what is configured
    seconds window{};
    double target{};  // the part of the limit that is used at most
    double share{};   // phi: what is left of the target after refusals, 1 when there were none
    double rate{};    // calls per second that follow from these
    int burst{};      // calls that may go out at once after a pause
    // Slots taken in the last window, by our own counting.
    std::array<std::int64_t, all_lanes.size()> used_by_lane{};
    std::optional<WallTime> blocked_until;  // Intercom said to wait

    std::int64_t used() const { return std::accumulate(used_by_lane.begin(), used_by_lane.end(), std::int64_t{}); }
};

enum class CircuitState : std::uint8_t { closed, half_open, open };

struct CircuitStatus {
    std::string host;
    CircuitState state{};
    std::string reason;             // why it opened; empty while closed
    std::optional<WallTime> until;  // open: when one call finds out whether the host serves again
};

enum class CredentialState : std::uint8_t {
    ok,
    held,             // Intercom refuses it: nothing goes out until a check says otherwise
    other_workspace,  // it works, but for another workspace than the configured one
    unchecked,        // whose it is has to be asked first
    missing,          // none is configured
};

struct CredentialStatus {
    CredentialState state{};
    std::optional<WallTime> next_check;  // unless ok or missing
};

// Everything that calls under one credential share.
struct Limits {
    PaceStatus pace;
    CircuitStatus circuit;
    CredentialStatus credential;
    std::size_t inflight{};
    std::size_t inflight_max{};  // smaller for some seconds after the circuit closed
};

class LimitsSource {
 public:
    virtual ~LimitsSource() = default;
    virtual Limits limits() const = 0;
};

}  // namespace herald
