#pragma once
// What a step does outside: one call, at Intercom or at a receiver that the customer has named.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "domain/automation/engine.hpp"
#include "domain/automation/texts.hpp"
#include "domain/ports/contact_operations.hpp"
#include "domain/ports/delivery_store.hpp"
#include "domain/ports/messenger.hpp"
#include "domain/ports/webhooks.hpp"

namespace herald {

// What a receiver of a trigger_webhook is told.
struct WebhookPayload {
    std::string automation_id;
    std::string run_id;
    std::string step;  // its path
    WallTime at{};
    ContactId contact;
    std::optional<std::string> external_id;
    std::string event_id;
    std::string event_name;
    Scalars event_metadata;
    Scalars data;  // the step's own
};

// As JSON texts; the domain knows none.
struct PayloadWriter {
    std::function<std::string(const WebhookPayload&)> webhook;
    std::function<std::string(const std::string& text)> slack;
};

struct EffectPorts {
    Messenger& messenger;
    NoteWriter& notes;
    ContactOperations& intercom;
    ContactMemory& memory;
    Webhooks& webhooks;
    PayloadWriter payloads;
    Clock& clock;
};

// What one attempt brought: Intercom's id of what was made, and of the request.
struct EffectReceipt {
    std::string resource_id{};
    std::string request_id{};
};

class StepEffects {
 public:
    StepEffects(EffectPorts ports, WorkspaceId workspace, std::optional<std::int64_t> default_admin)
        : ports_(std::move(ports)), workspace_(std::move(workspace)), default_admin_(default_admin) {}

    // Whether the step goes through the gate by a ticket, because its single attempt must be ready to leave.
    static bool needs_ticket(const Step& step);

    // Errors: those of the ports; content_rejected when there is no admin to send from.
    Task<Result<EffectReceipt>> execute(const Run& run, const Step& step, const Contact& contact, StepText text,
                                        Deadline deadline);

 private:
    Task<Result<EffectReceipt>> send(const MessageStep& step, const Contact& contact, StepText text);
    Task<Result<EffectReceipt>> note(const TaskStep& step, const Contact& contact, StepText text);
    Task<Result<EffectReceipt>> tag(const TagStep& step, const Contact& contact, Deadline deadline);
    Task<Result<EffectReceipt>> track(const TrackStep& step, const Run& run, Deadline deadline);
    Task<Result<EffectReceipt>> update(const UpdateStep& step, const Contact& contact, Deadline deadline);
    Task<Result<EffectReceipt>> call(const WebhookStep& rule, const Step& step, const Run& run, const Contact& contact,
                                     Deadline deadline);
    Task<Result<EffectReceipt>> slack(const SlackStep& step, StepText text, Deadline deadline);

    EffectPorts ports_;
    WorkspaceId workspace_;
    std::optional<std::int64_t> default_admin_;
};

}  // namespace herald
