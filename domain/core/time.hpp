#pragma once
// Time as a port. Policies take `now`; coroutines wait through an Alarm; only adapters/system reads a real clock.

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domain/core/task.hpp"
#include "domain/core/trace.hpp"

namespace herald {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Never jumps: for waits, rates and deadlines.
using SteadyTime = std::chrono::steady_clock::time_point;
// May jump: for what people read and what survives a restart. Millisecond resolution, UTC.
using WallTime = std::chrono::sys_time<milliseconds>;

// Any offset; what is finer than a millisecond is cut off. nullopt when it is not RFC 3339 or no such day; a leap
// second is none.
std::optional<WallTime> from_rfc3339(std::string_view text);
std::string to_rfc3339(WallTime time);  // "2026-11-23T18:34:27.123Z"

// Asked when a call has its slot and permit, before its first byte, each time one is about to leave.
class Departure {
 public:
    virtual ~Departure() = default;
    // False: it is not wanted any more, and nothing is sent.
    virtual Task<bool> may_leave() = 0;
};

// The absolute end of an operation, passed by value down every call, and for whom it is done.
struct Deadline {
    SteadyTime at{SteadyTime::max()};
    TraceId trace{};         // of the request that waits for it; none: our own work
    Departure* departure{};  // outlives the operation; none: it may leave

    static Deadline after(SteadyTime now, milliseconds wait) { return {now + wait}; }
    bool passed(SteadyTime now) const { return now >= at; }
    // The earlier of the two, so that a step never outlives its operation.
    Deadline capped(SteadyTime now, milliseconds limit) const { return {std::min(at, now + limit), trace, departure}; }
};

// A wait that another coroutine can end. ring() before wait_until() is remembered, once.
// At most one coroutine waits on an alarm at a time.
class Alarm {
 public:
    virtual ~Alarm() = default;
    // True when rung, false when `time` came first.
    virtual Task<bool> wait_until(SteadyTime time) = 0;
    virtual void ring() = 0;
};

class Clock {
 public:
    virtual ~Clock() = default;
    virtual SteadyTime now() const = 0;
    virtual WallTime wall_now() const = 0;
    virtual std::unique_ptr<Alarm> make_alarm() = 0;

    Task<void> sleep_until(SteadyTime time);
    Task<void> sleep_for(milliseconds wait) { return sleep_until(now() + wait); }
};

}  // namespace herald
