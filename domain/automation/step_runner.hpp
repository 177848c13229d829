#pragma once
// The executing loop: runs of one workspace whose next step is due.
//
// One step, with what a cancel or a crash leaves behind at each wait:
//
//   due      the run is read, and held in memory only      crash: nothing has happened
//   whom     the contact, from memory or from Intercom     crash: the same
//   advance  delays, waits and branches, decided at once   crash: the same, decided again
//   gate     slot, permit, breaker; outside, a place        crash: the same; the slot is lost
//   intend   durable before the first byte                 crash after it: what may be repeated is repeated, with the
//   effect   exactly one attempt, or a call that may be    same ids and times; a message, note or Slack text is
//            repeated without harm                         `unknown`, because nobody knows
//   settle   outcome, trace and what follows, as one       crash before: as after intend; after: it stands
//
// The run is read again before its next step, so that a cancellation, an exit event or a deactivation is seen there.

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "domain/automation/effects.hpp"
#include "domain/automation/engine.hpp"
#include "domain/automation/places.hpp"
#include "domain/automation/registry_keeper.hpp"
#include "domain/contact/desk.hpp"
#include "domain/core/random.hpp"
#include "domain/core/scope.hpp"

namespace herald {

struct StepRunnerOptions {
    std::size_t batch{64};             // runs read at once
    std::size_t held{256};             // runs in memory, at most
    milliseconds poll{1'000};          // the guarantee behind every wake-up hint
    milliseconds late_slot{100};       // a send that starts this long after its slot takes a new one
    milliseconds intent_valid{5'000};  // an intent that has not reached the wire by then is taken back
    milliseconds call_deadline{60'000};
    milliseconds unreadable_rest{60'000};  // before a run whose definition cannot be read is looked at again
    PlaceLimits outside{};                 // calls to receivers that customers have named
};

// Facts for logs and metrics; the domain itself writes none.
struct StepEvents {
    std::function<void(StepType, StepOutcome)> ended;  // a step with an effect
    std::function<void(milliseconds late)> picked_up;  // so long after it was due
    std::function<void(std::string_view where, const Error&)> trouble;
};

struct StepRunnerPorts {
    RunStore& store;
    RegistryKeeper& registry;
    ContactDesk& desk;
    SendGate& gate;
    const TimeZones& zones;
    Clock& clock;
    Random& random;
};

class StepRunner {
 public:
    StepRunner(boost::asio::any_io_executor loop, StepRunnerPorts ports, StepEffects effects, WorkspaceId workspace,
               StepRunnerOptions options, StepEvents events, std::function<void(std::exception_ptr)> on_bug);

    Task<void> run();  // until stop(). Spawn it once.
    // Something written: a run followed, so that others may be due because of it.
    std::function<void()> on_emitted;
    void wake() { wake_->ring(); }
    void stop();
    // After stop(): waits for what is on the wire. True when nothing is any more.
    Task<bool> drain(SteadyTime deadline);
    std::size_t inflight() const { return steps_.size(); }

 private:
    struct At;      // one run at its next step
    class Intends;  // its call, about to leave

    Task<SteadyTime> claim();
    Task<void> take(Run run);
    Task<void> execute(At& at);
    Task<std::shared_ptr<const Definition>> definition_of(const Run& run);
    Task<void> without_contact(At& at, Error error);
    Task<void> later(At& at, milliseconds rest);
    Task<void> perform(At& at, const Step& step, Contact contact);
    // With a ticket: exactly one attempt.
    Task<void> send(At& at, const Step& step, const Contact& contact, StepText text);
    // May be repeated: whatever call it takes asks for the intent when it is about to leave.
    Task<void> call(At& at, const Step& step, const Contact& contact, StepText text);
    Task<void> ended(At& at, const Step& step, const Contact& contact, Result<EffectReceipt> receipt);
    Task<bool> intend(At& at);
    Task<std::optional<Error>> renew_slot(SteadyTime slot, SteadyTime intended);
    Task<bool> catch_up(At& at, WallTime since);
    // Until it is durable. False: somebody else wrote the run.
    Task<bool> write(At& at, bool only_while_active);
    // `contact`: as it was before the step; null when nobody knows it now.
    Task<void> finish(At& at, const Step& step, StepResult result, const Contact* contact = nullptr);
    Task<void> refused(At& at, const Step& step, const Error& error);
    StepResult judged(const Step& step, const Run& run, const Error& error);

    StepRunnerPorts ports_;
    StepEffects effects_;
    WorkspaceId workspace_;
    StepRunnerOptions options_;
    StepEvents events_;
    Scope steps_;
    std::unique_ptr<Alarm> wake_;
    std::set<std::int64_t> held_;
    Places outside_;
    bool stopping_{};
};

}  // namespace herald
