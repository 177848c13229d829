#pragma once
// The way onto the wire for one credential at one host: rate limit, in-flight limit, circuit breaker and
// credential hold in one place, because every call of every kind shares them. The policies decide
// (token_bucket, fair_queue, circuit_breaker); this class only waits for them.
//
// Order, and what a cancel or a crash leaves behind at each step:
//   slot        waiting holds nothing; cancelled: the place in the queue goes, no slot is spent
//   permit      a slot is spent; cancelled: one call of the window is lost, nothing else
//   breaker     asked after the waits, so that an outage meets a queue as refusals
//   ~Ticket     gives back the permit, and the trial if the outcome never came

#include <functional>
#include <list>
#include <optional>
#include <string>

#include "adapters/http/exchange.hpp"
#include "adapters/resilience/circuit_breaker.hpp"
#include "adapters/resilience/fair_queue.hpp"
#include "adapters/resilience/sliding_counts.hpp"
#include "adapters/resilience/token_bucket.hpp"
#include "domain/core/random.hpp"
#include "domain/ports/limits.hpp"
#include "domain/ports/send_gate.hpp"

namespace herald::resilience {

struct GateOptions {
    std::string host;  // whom the calls go to, for those who ask
    TokenBucket::Options limiter;
    bool has_credential{true};
    // Whether an answer to the probe comes from the workspace that is meant; unset: any will do.
    std::function<bool(const http::Reply& reply)> right_workspace{};
    milliseconds first_credential_check{5'000};
    milliseconds credential_check{60'000};
    milliseconds probe_total{10'000};
};

// What changed, for logs and metrics. Except for slots, never called more often than state changes.
struct GateEvents {
    std::function<void(std::string_view from, std::string_view to, std::string_view reason)> breaker;
    std::function<void(milliseconds wait)> throttled;
    std::function<void(CredentialState state)> credential;
    // A slot was granted after so long; told for every one.
    std::function<void(Lane lane, SteadyTime::duration waited)> slot;
};

class Gate final : public SendGate, public LimitsSource {
 public:
    // `wire` is the bare transport; `probe` a harmless call (`GET /me`) for breaker trials and credential checks.
    // `breaker` is the host's, shared by every gate to it; its inflight_max is the limit of calls in flight here.
    Gate(Clock& clock, Random& random, http::Exchange& wire, http::Call probe, CircuitBreaker& breaker,
         GateOptions options, GateEvents events = {});

    Task<Result<Ticket>> enter(Lane lane, Deadline deadline) override;
    Task<Result<SteadyTime>> slot(Lane lane, Deadline deadline) override;
    GateStatus status() const override;
    Limits limits() const override;
    Task<void> check_credential() override;

    // As enter(), for a call that is itself harmless: a breaker trial is spent on it directly.
    Task<Result<Ticket>> enter_harmless(Lane lane, Deadline deadline);

    // Every answer from the host goes through here: learns the limit and stops everybody on a 429.
    void observe(const http::Reply& reply);
    // An answer said that the credential does not work: nothing goes out until a check says otherwise.
    void hold_credential();

    // The process ends: everybody who waits, and everybody who comes, is told shutting_down.
    void stop();

    const TokenBucket& limiter() const { return bucket_; }
    TokenBucket& limiter() { return bucket_; }
    const CircuitBreaker& breaker() const { return breaker_; }
    std::size_t inflight() const { return inflight_; }

 private:
    class Admitted;  // the leave behind a ticket
    class Permit;    // one of the calls in flight

    struct SlotWaiter {
        FairQueue::Place place;
        Alarm* alarm;
    };

    PaceStatus pace() const;
    CircuitStatus circuit() const;
    CredentialStatus credential() const;
    void set_credential(CredentialState state);
    // As people read it.
    WallTime on_the_wall(SteadyTime time) const;
    Task<Result<Ticket>> pass(Lane lane, Deadline deadline, bool harmless);
    std::optional<Error> refusal() const;
    Error circuit_open() const;
    bool take_slot(Lane lane, FairQueue::Place place, SteadyTime asked, SteadyTime now);
    Task<bool> wait_for_permit(Deadline deadline);
    Task<Verdict> probe();
    void leave_queue(std::list<SlotWaiter>::iterator waiter);
    void ring_front_of_queue();
    void ring_permit_waiter();
    void settle(CircuitBreaker::Permit permit, Verdict verdict, SteadyTime started);

    Clock& clock_;
    Random& random_;
    http::Exchange& wire_;
    http::Call probe_;
    GateOptions options_;
    GateEvents events_;
    TokenBucket bucket_;
    CircuitBreaker& breaker_;
    FairQueue queue_;
    mutable SlidingCounts<lane_count> taken_;  // slots by lane; who only asks makes it forget what is old
    std::list<SlotWaiter> slot_waiters_;
    std::list<Alarm*> permit_waiters_;  // first come, first served
    std::size_t inflight_{};
    CredentialState credential_state_;
    bool release_unproven_{};  // a check lifted the hold, and no other call has succeeded since
    bool stopping_{};
    SteadyTime next_credential_check_{};
};

// The bare transport with the gate watching every answer. Both roads to the wire end here.
class ObservedExchange final : public http::Exchange {
 public:
    ObservedExchange(http::Exchange& wire, Gate& gate) : wire_(wire), gate_(gate) {}
    Task<http::Outcome> send(const http::Call& call, Deadline deadline) override;

 private:
    http::Exchange& wire_;
    Gate& gate_;
};

}  // namespace herald::resilience
