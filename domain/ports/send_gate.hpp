#pragma once
// The way onto the wire: slot of the shared rate limit, then in-flight permit, then the circuit breaker.
// One RAII ticket carries all three; cancellation anywhere gives them back.

#include <array>
#include <memory>
#include <optional>
#include <string_view>

#include "domain/core/result.hpp"
#include "domain/core/task.hpp"
#include "domain/core/time.hpp"

namespace herald {

// Who shares the limit; the order is from the most to the least urgent.
enum class Lane : std::uint8_t { interactive, automation, campaign, background };

inline constexpr std::array all_lanes{Lane::interactive, Lane::automation, Lane::campaign, Lane::background};

std::string_view name(Lane lane);

// How one attempt went, as the breaker judges it.
enum class Verdict : std::uint8_t {
    success,  // the host answered
    failure,  // the host did not serve: connect, TLS, timeout, reset, 408, 5xx
    neutral,  // says nothing about the host: 429, 401, 402, 403 plan, cancelled, never started
};

Verdict judge(const Error& error);

// Permission for exactly one call. Settle it with the outcome; destroying it unsettled counts as neutral
// and frees a breaker trial. The in-flight permit is held until destruction: keep the ticket until the
// outcome is durable.
class Ticket {
 public:
    class Leave {  // what a gate puts behind a ticket
     public:
        virtual ~Leave() = default;
        virtual void attempt_starts() = 0;
        virtual void settle(Verdict verdict) = 0;
        virtual SteadyTime slot() const = 0;
    };

    explicit Ticket(std::unique_ptr<Leave> leave) : leave_(std::move(leave)) {}

    // The call begins now; what came before (the durable intent) is not the host's slowness.
    void attempt_starts() { leave_->attempt_starts(); }
    void settle(Verdict verdict) { leave_->settle(verdict); }
    // The moment the rate limit allowed this call; a call that starts much later needs a new slot.
    SteadyTime slot() const { return leave_->slot(); }

 private:
    std::unique_ptr<Leave> leave_;
};

// Why nothing goes out at the moment. REST.md, "running carries waiting".
enum class WaitReason : std::uint8_t { none, rate_limit, circuit_open, credential, schedule, store };

struct GateStatus {
    WaitReason waiting{WaitReason::none};
    SteadyTime until{};  // when to ask again; meaningful unless waiting is none
    bool trial{};        // the next call would be a breaker trial: bring one piece of work, not many
};

class SendGate {
 public:
    virtual ~SendGate() = default;

    // Waits for the lane's turn, a slot and a permit, then asks the breaker. A waiting caller holds no
    // permit. When the call would be a breaker trial, first spends it on a harmless call of its own.
    // Errors: upstream_unavailable (circuit open), credential (hold), rate_limited (blocked by a 429 for
    // longer than the deadline), deadline_exceeded, shutting_down.
    virtual Task<Result<Ticket>> enter(Lane lane, Deadline deadline) = 0;

    // Waits for one more slot of the rate limit, for a ticket whose own slot was missed.
    virtual Task<Result<SteadyTime>> slot(Lane lane, Deadline deadline) = 0;

    // `none`, or why and until when. A pause of the rate limit shorter than a second is not reported.
    virtual GateStatus status() const = 0;

    // While the credential is held and its next check is due: asks Intercom whether it works again.
    virtual Task<void> check_credential() = 0;
};

}  // namespace herald
