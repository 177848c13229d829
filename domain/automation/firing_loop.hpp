#pragma once
// Time-based automations: lets them fire when their time comes, finds out how many people that would reach, and lets
// those in, page by page.
//
//   fire    next_fire_at has come: a firing, and the next time    crash: both or neither
//   count   how many there are; too many wait for a person        crash: counted again
//   enter   a page of people, and how far the firing is           crash: the page is read again; who is in is in

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "domain/automation/registry_keeper.hpp"
#include "domain/core/scope.hpp"
#include "domain/ports/audience_directory.hpp"
#include "domain/ports/delivery_store.hpp"
#include "domain/ports/messenger.hpp"
#include "domain/ports/send_gate.hpp"

namespace herald {

struct FiringOptions {
    std::int64_t confirm_above{1'000};  // people that one firing may reach without a person's word
    milliseconds grace{900'000};        // a firing that comes up later than this is missed
    std::size_t page{150};
    std::size_t lookup_batch{50};
    std::size_t firings{16};  // looked at in one round
    milliseconds fresh{900'000};
    milliseconds poll{1'000};
    milliseconds page_deadline{120'000};
};

struct FiringPorts {
    RunStore& store;
    RegistryKeeper& registry;
    AudienceDirectory& audiences;
    ContactDirectory& directory;
    ContactMemory& memory;
    SendGate& gate;
    const TimeZones& zones;
    Clock& clock;
};

struct FiringEvents {
    std::function<void(std::int64_t)> entered;   // so many runs began
    std::function<void(const Firing&)> changed;  // counted: it loads, waits for confirmation, or was refused
    std::function<void(std::string_view where, const Error&)> trouble;
};

// Whom the firing is for: named contacts, and what Intercom is asked. Pure.
TriggerAudience audience_of(const Trigger& trigger, WallTime at, const TimeZones& zones);

class FiringLoop {
 public:
    FiringLoop(FiringPorts ports, WorkspaceId workspace, FiringOptions options, FiringEvents events);

    Task<void> fire_when_due();  // both until stop(). Spawn each once.
    Task<void> run();
    void wake() {
        due_->ring();
        wake_->ring();
    }
    void stop();

 private:
    // True: something fired.
    Task<bool> fire();
    // True: there is more at once.
    Task<bool> round();
    Task<bool> advance(Firing firing, const std::shared_ptr<const Registry>& registry);
    Task<bool> count(Firing firing, const TriggerAudience& audience);
    Task<bool> load(Firing firing, const TriggerAudience& audience, const std::shared_ptr<const Registry>& registry);
    Task<Result<FiringPage>> next_page(Firing firing, const TriggerAudience& audience);
    Task<Result<FiringPage>> named_page(Firing firing, const TriggerAudience& audience);
    Task<Result<std::vector<std::optional<Contact>>>> resolve(std::vector<ContactRef> refs);
    Task<bool> refuse(Firing firing, const Error& error);
    Task<SteadyTime> next_due();

    FiringPorts ports_;
    WorkspaceId workspace_;
    FiringOptions options_;
    FiringEvents events_;
    std::unique_ptr<Alarm> due_;
    std::unique_ptr<Alarm> wake_;
    bool stopping_{};
};

}  // namespace herald
