#include "adapters/resilience/gate.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "adapters/resilience/retry_after.hpp"
#include "adapters/resilience/retry_policy.hpp"

namespace herald::resilience {
namespace {

constexpr milliseconds recheck_permits{1'000};  // slow start widens with time, not only with returns
constexpr milliseconds worth_reporting{1'000};  // a shorter pause of the limiter is its normal pace

std::string_view why(CredentialState state) {
    switch (state) {
        case CredentialState::ok:
            return "";
        case CredentialState::held:
            return "Intercom refuses the access token";
        case CredentialState::other_workspace:
            return "the access token belongs to another workspace than the configured one";
        case CredentialState::unchecked:
            return "it is not known yet which workspace the access token belongs to";
        case CredentialState::missing:
            return "no Intercom access token is configured";
    }
    return "";
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

std::optional<int> count_in(const http::Reply& reply, std::string_view header) {
    const auto value = whole_number(reply.header(header));
    if (!value || *value < 0 || *value > 1'000'000'000) return {};
    return static_cast<int>(*value);
}

ThrottleAnswer throttle_answer(const http::Reply& reply, WallTime wall_now) {
    ThrottleAnswer out;
    out.date = parse_http_date(reply.header("Date"), wall_now);
    out.retry_after = parse_retry_after(reply.header("Retry-After"), out.date, wall_now);
    if (const auto reset = whole_number(reply.header("X-RateLimit-Reset")); reset && *reset > 0)
        out.reset = WallTime{seconds{std::min<std::int64_t>(*reset, 253'402'300'799)}};
    out.remaining = count_in(reply, "X-RateLimit-Remaining");
    out.limit = count_in(reply, "X-RateLimit-Limit");
    return out;
}

}  // namespace

// One of the calls in flight: taken when made, given back when destroyed.
class Gate::Permit {
 public:
    explicit Permit(Gate& gate) : gate_(&gate) { ++gate.inflight_; }
    Permit(Permit&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
        if (gate_ == nullptr) return;
        --gate_->inflight_;
        gate_->ring_permit_waiter();
    }

 private:
    Gate* gate_;
};

class Gate::Admitted final : public Ticket::Leave {
 public:
    Admitted(Gate& gate, Permit permit, CircuitBreaker::Permit breaker, SteadyTime slot)
        : gate_(gate), permit_(std::move(permit)), breaker_(breaker), slot_(slot), started_(gate.clock_.now()) {}
    ~Admitted() override { settle(Verdict::neutral); }

    void attempt_starts() override { started_ = gate_.clock_.now(); }
    void settle(Verdict verdict) override {
        if (std::exchange(settled_, true)) return;
        gate_.settle(breaker_, verdict, started_);
    }
    SteadyTime slot() const override { return slot_; }

 private:
    Gate& gate_;
    Permit permit_;
    CircuitBreaker::Permit breaker_;
    SteadyTime slot_;
    SteadyTime started_;
    bool settled_{};
};

Gate::Gate(Clock& clock, Random& random, http::Exchange& wire, http::Call probe, CircuitBreaker& breaker,
           GateOptions options, GateEvents events)
    : clock_(clock),
      random_(random),
      wire_(wire),
      probe_(std::move(probe)),
      options_(std::move(options)),
      events_(std::move(events)),
      bucket_(options_.limiter, clock.now()),
      breaker_(breaker),
      taken_(options_.limiter.window),
      credential_state_(!options_.has_credential   ? CredentialState::missing
                        : options_.right_workspace ? CredentialState::unchecked
                                                   : CredentialState::ok),
      next_credential_check_(clock.now()) {
    probe_.total = options_.probe_total;
}

Task<Result<Ticket>> Gate::enter(Lane lane, Deadline deadline) {
    return pass(lane, deadline, false);
}
Task<Result<Ticket>> Gate::enter_harmless(Lane lane, Deadline deadline) {
    return pass(lane, deadline, true);
}

Task<Result<Ticket>> Gate::pass(Lane lane, Deadline deadline, bool harmless) {
    if (auto refused = refusal()) co_return std::move(*refused);  // before any wait: known within microseconds
    const auto granted = co_await slot(lane, deadline);
    if (!granted) co_return granted.error();
    if (!co_await wait_for_permit(deadline))
        co_return refusal().value_or(Error{Errc::deadline_exceeded, "no call may start in time"});
    Permit permit(*this);

    // Asked after the waits: an outage that began meanwhile refuses the whole queue at once.
    if (auto refused = refusal()) co_return std::move(*refused);
    const auto before = breaker_.state(clock_.now());
    const auto admitted = breaker_.admit(clock_.now());
    if (!admitted) co_return circuit_open();
    if (admitted->trial && events_.breaker) events_.breaker(name(before), "half_open", "open_time_over");
    auto leave = std::make_unique<Admitted>(*this, std::move(permit), *admitted, *granted);
    if (admitted->trial && !harmless) {
        // A trial of a send that fails would be one more `unknown`; the harmless call finds out for free.
        const auto verdict = co_await probe();
        if (verdict != Verdict::success) {
            leave->settle(verdict);
            if (auto refused = refusal()) co_return std::move(*refused);
            co_return circuit_open();
        }
    }
    co_return Ticket(std::move(leave));
}

std::optional<Error> Gate::refusal() const {
    if (stopping_) return Error{Errc::shutting_down, "the service is stopping"};
    if (credential_state_ != CredentialState::ok) return Error{Errc::credential, std::string(why(credential_state_))};
    const auto now = clock_.now();
    if (breaker_.state(now) != CircuitBreaker::State::closed && !breaker_.trial_due(now)) return circuit_open();
    return {};
}

Error Gate::circuit_open() const {
    return {Errc::upstream_unavailable, "Intercom does not answer: circuit open", breaker_.retry_after(clock_.now())};
}

Task<Result<SteadyTime>> Gate::slot(Lane lane, Deadline deadline) {
    const auto asked = clock_.now();
    const auto place = queue_.join(lane);
    if (!stopping_ && !deadline.passed(asked) && take_slot(lane, place, asked, asked)) {
        queue_.leave(place);
        co_return asked;
    }
    const auto alarm = clock_.make_alarm();
    const auto waiter = slot_waiters_.insert(slot_waiters_.end(), {place, alarm.get()});
    struct Leave {
        Gate& gate;
        std::list<SlotWaiter>::iterator waiter;
        ~Leave() { gate.leave_queue(waiter); }
    } leave{*this, waiter};

    for (;;) {
        if (stopping_) co_return Error{Errc::shutting_down, "the service is stopping"};
        const auto now = clock_.now();
        // Told at once when the wait cannot succeed, rather than at its end.
        if (deadline.passed(now) || bucket_.blocked_until() > deadline.at) {
            Error error{Errc::deadline_exceeded, "the rate limit leaves no slot in time"};
            if (bucket_.blocked(now)) {
                error.code = Errc::rate_limited;
                error.retry_after = std::chrono::ceil<milliseconds>(bucket_.blocked_until() - now);
            }
            co_return error;
        }
        if (take_slot(lane, place, asked, now)) co_return now;
        const bool first = queue_.front() == place;
        const auto next = first ? bucket_.next_slot(now) : SteadyTime::max();
        co_await alarm->wait_until(std::min(next, deadline.at));
    }
}

// Only for the first in the queue.
bool Gate::take_slot(Lane lane, FairQueue::Place place, SteadyTime asked, SteadyTime now) {
    if (queue_.front() != place || !bucket_.try_take(now)) return false;
    taken_.add(1U << static_cast<unsigned>(lane), now);
    if (events_.slot) events_.slot(lane, now - asked);
    return true;
}

void Gate::leave_queue(std::list<SlotWaiter>::iterator waiter) {
    queue_.leave(waiter->place);
    slot_waiters_.erase(waiter);
    ring_front_of_queue();
}

void Gate::ring_front_of_queue() {
    const auto front = queue_.front();
    if (!front) return;
    const auto waiter = std::ranges::find(slot_waiters_, *front, &SlotWaiter::place);
    if (waiter != slot_waiters_.end()) waiter->alarm->ring();
}

Task<bool> Gate::wait_for_permit(Deadline deadline) {
    if (permit_waiters_.empty() && inflight_ < breaker_.inflight_limit(clock_.now())) co_return true;
    const auto alarm = clock_.make_alarm();
    const auto place = permit_waiters_.insert(permit_waiters_.end(), alarm.get());
    struct Leave {
        Gate& gate;
        std::list<Alarm*>::iterator place;
        ~Leave() {
            gate.permit_waiters_.erase(place);
            gate.ring_permit_waiter();
        }
    } leave{*this, place};
    for (;;) {
        const auto now = clock_.now();
        if (permit_waiters_.front() == alarm.get() && inflight_ < breaker_.inflight_limit(now)) co_return true;
        if (stopping_ || deadline.passed(now)) co_return false;
        co_await alarm->wait_until(std::min(now + recheck_permits, deadline.at));
    }
}

void Gate::ring_permit_waiter() {
    if (!permit_waiters_.empty()) permit_waiters_.front()->ring();
}

Task<Verdict> Gate::probe() {
    const auto outcome = co_await wire_.send(probe_, Deadline::after(clock_.now(), options_.probe_total));
    if (outcome) observe(*outcome);
    if (outcome && (outcome->status == 401 || outcome->status == 402 || outcome->status == 403)) hold_credential();
    co_return judge(outcome);
}

void Gate::settle(CircuitBreaker::Permit permit, Verdict verdict, SteadyTime started) {
    const auto now = clock_.now();
    if (verdict == Verdict::success) release_unproven_ = false;
    const auto before = breaker_.state(now);
    breaker_.settle(permit, verdict, started, now);
    const auto after = breaker_.state(now);
    if (before != after && events_.breaker) events_.breaker(name(before), name(after), breaker_.reason());
}

GateStatus Gate::status() const {
    const auto now = clock_.now();
    if (credential_state_ == CredentialState::missing) return {WaitReason::credential, SteadyTime::max(), false};
    if (credential_state_ != CredentialState::ok) return {WaitReason::credential, next_credential_check_, false};
    const bool trial = breaker_.trial_due(now);
    switch (breaker_.state(now)) {
        case CircuitBreaker::State::closed:
            break;
        case CircuitBreaker::State::open:
            return {WaitReason::circuit_open, breaker_.open_until(now), trial};
        case CircuitBreaker::State::half_open:
            return {WaitReason::circuit_open, trial ? now : now + breaker_.retry_after(now), trial};
    }
    if (bucket_.blocked_until() > now + worth_reporting)
        return {WaitReason::rate_limit, bucket_.blocked_until(), false};
    return {};
}

Limits Gate::limits() const {
    return {pace(), circuit(), credential(), inflight_, breaker_.inflight_limit(clock_.now())};
}

PaceStatus Gate::pace() const {
    const auto now = clock_.now();
    PaceStatus out;
    out.limit_per_window = bucket_.limit();
    out.window = options_.limiter.window;
    out.target = options_.limiter.target;
    out.share = bucket_.share();
    out.rate = bucket_.rate();
    out.burst = bucket_.burst();
    for (std::size_t lane = 0; lane < lane_count; ++lane)
        out.used_by_lane[lane] = static_cast<std::int64_t>(taken_.count(lane, now));
    if (bucket_.blocked(now)) out.blocked_until = on_the_wall(bucket_.blocked_until());
    return out;
}

CircuitStatus Gate::circuit() const {
    const auto now = clock_.now();
    CircuitStatus out{options_.host, CircuitState::closed, std::string(breaker_.reason()), {}};
    switch (breaker_.state(now)) {
        case CircuitBreaker::State::closed:
            break;
        case CircuitBreaker::State::open:
            out.state = CircuitState::open;
            out.until = on_the_wall(breaker_.open_until(now));
            break;
        case CircuitBreaker::State::half_open:
            out.state = CircuitState::half_open;
            break;
    }
    return out;
}

CredentialStatus Gate::credential() const {
    if (credential_state_ == CredentialState::ok || credential_state_ == CredentialState::missing)
        return {credential_state_, {}};
    return {credential_state_, on_the_wall(next_credential_check_)};
}

WallTime Gate::on_the_wall(SteadyTime time) const {
    return clock_.wall_now() + std::chrono::ceil<milliseconds>(time - clock_.now());
}

Task<void> Gate::check_credential() {
    if (credential_state_ == CredentialState::ok || credential_state_ == CredentialState::missing) co_return;
    if (clock_.now() < next_credential_check_) co_return;
    next_credential_check_ = clock_.now() + options_.credential_check;
    const auto granted = co_await slot(Lane::interactive, Deadline::after(clock_.now(), options_.probe_total));
    if (!granted) co_return;
    const auto outcome = co_await wire_.send(probe_, Deadline::after(clock_.now(), options_.probe_total));
    if (!outcome) co_return;
    observe(*outcome);
    if (outcome->status == 401 || outcome->status == 402 || outcome->status == 403)
        set_credential(CredentialState::held);
    if (outcome->status < 200 || outcome->status > 299) co_return;
    const bool right = !options_.right_workspace || options_.right_workspace(*outcome);
    release_unproven_ = right && credential_state_ == CredentialState::held;
    set_credential(right ? CredentialState::ok : CredentialState::other_workspace);
}

void Gate::observe(const http::Reply& reply) {
    const auto now = clock_.now();
    // Without a valid credential the headers are absent or not ours.
    if (reply.status != 401) bucket_.learn(count_in(reply, "X-RateLimit-Limit"), now);
    if (reply.status != 429) return;
    const auto wall = clock_.wall_now();
    const auto until = bucket_.on_throttled(throttle_answer(reply, wall), now, wall, random_.fraction());
    if (events_.throttled) events_.throttled(std::chrono::ceil<milliseconds>(until - now));
}

void Gate::stop() {
    stopping_ = true;
    for (const auto& waiter : slot_waiters_) waiter.alarm->ring();
    for (auto* waiter : permit_waiters_) waiter->ring();
}

void Gate::hold_credential() {
    if (credential_state_ != CredentialState::ok) return;
    // The harmless call may work where the real one does not (a plan, a permission): then once a minute, not
    // every five seconds.
    next_credential_check_ =
        clock_.now() + (release_unproven_ ? options_.credential_check : options_.first_credential_check);
    set_credential(CredentialState::held);
}

void Gate::set_credential(CredentialState state) {
    if (std::exchange(credential_state_, state) != state && events_.credential) events_.credential(state);
}

Task<http::Outcome> ObservedExchange::send(const http::Call& call, Deadline deadline) {
    auto outcome = co_await wire_.send(call, deadline);
    if (outcome) gate_.observe(*outcome);
    co_return outcome;
}

}  // namespace herald::resilience
