#pragma once
// From events at the door to runs: finds out whom each event is about, and lets the store decide in order what it
// begins, wakes and ends. The events of one reference stay in their order: while somebody is looked up, or rests
// because that did not help yet, the later ones wait with the first. Those about people who are known wait for nobody.
//
//   arrivals  events that matter, oldest first            crash: they are still there
//   resolve   from memory, else at Intercom in bulk       crash: the same
//   arrive    values, histories and runs, as one          crash: all of it or nothing

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "domain/automation/registry_keeper.hpp"
#include "domain/core/scope.hpp"
#include "domain/ports/delivery_store.hpp"
#include "domain/ports/messenger.hpp"
#include "domain/ports/send_gate.hpp"

namespace herald {

struct ArrivalOptions {
    std::size_t batch{256};
    std::size_t batches{8};                  // in one round, however many events wait
    std::size_t held{1'024};                 // events whose contact is being looked up, at most
    std::size_t resting{10'000};             // people who wait to be looked up again, at most
    std::size_t lookup_batch{50};            // references in one call to the directory
    milliseconds fresh{900'000};             // a remembered contact this young is believed
    milliseconds visibility_grace{120'000};  // so long after it was first looked for a contact may not be visible yet
    milliseconds poll{1'000};
    milliseconds rest{5'000};  // before somebody is looked up again
    milliseconds lookup_deadline{60'000};
};

struct ArrivalPorts {
    RunStore& store;
    RegistryKeeper& registry;
    ContactDirectory& directory;
    ContactMemory& memory;
    SendGate& gate;
    Clock& clock;
};

struct ArrivalEvents {
    std::function<void(const RunStore::Arrived&)> arrived;
    std::function<void(const IncomingEvent&)> too_deep;  // it came through so many automations that it starts nothing
    std::function<void(std::string_view where, const Error&)> trouble;
};

class ArrivalLoop {
 public:
    ArrivalLoop(boost::asio::any_io_executor loop, ArrivalPorts ports, WorkspaceId workspace, ArrivalOptions options,
                ArrivalEvents events, std::function<void(std::exception_ptr)> on_bug);

    Task<void> run();  // until stop(). Spawn it once.
    void wake() { wake_->ring(); }
    void stop();
    Task<bool> drain(SteadyTime deadline);

 private:
    // Those about the same person by the same reference, while he is looked up.
    using Waiting = std::map<ContactRef, std::vector<PendingArrival>>;

    // Somebody whose look-up did not help yet.
    struct Rest {
        SteadyTime since{};  // first looked for
        SteadyTime until{};
    };

    // True: there are more events behind those seen.
    Task<bool> next_batch();
    // Whether this stranger may be looked up now. While the way out is closed all of them wait where they are.
    bool may_look_up(const ContactRef& ref) const;
    Task<std::vector<Arrival>> sort_out(std::vector<PendingArrival> pending);
    void look_up_waiting(std::vector<ContactRef> refs);
    Task<void> look_up(std::vector<ContactRef> refs);
    Task<void> found(std::vector<ContactRef> refs, std::vector<Lookup> lookups);
    Task<bool> arrive(std::vector<Arrival> arrivals);
    void failed(std::vector<ContactRef> refs, const Error& error);
    void put_to_rest(const ContactRef& ref, milliseconds rest);
    std::vector<PendingArrival> release(const ContactRef& ref);

    ArrivalPorts ports_;
    WorkspaceId workspace_;
    ArrivalOptions options_;
    ArrivalEvents events_;
    Scope lookups_;
    std::unique_ptr<Alarm> wake_;
    std::int64_t behind_{};  // the event that was seen last
    Waiting waiting_;
    std::set<std::int64_t> held_;  // their numbers
    std::map<ContactRef, Rest> resting_;
    bool stopping_{};
};

}  // namespace herald
