#include "domain/automation/effects.hpp"

#include <utility>

#include <fmt/format.h>

namespace herald {
namespace {

Error no_admin() {
    return {Errc::content_rejected, "neither the step nor the workspace names an admin whom it is from"};
}

}  // namespace

bool StepEffects::needs_ticket(const Step& step) {
    return std::holds_alternative<MessageStep>(step.rule) || std::holds_alternative<TaskStep>(step.rule);
}

Task<Result<EffectReceipt>> StepEffects::execute(const Run& run, const Step& step, const Contact& contact,
                                                 StepText text, Deadline deadline) {
    if (const auto* message = std::get_if<MessageStep>(&step.rule))
        co_return co_await send(*message, contact, std::move(text));
    if (const auto* task = std::get_if<TaskStep>(&step.rule)) co_return co_await note(*task, contact, std::move(text));
    if (const auto* tagged = std::get_if<TagStep>(&step.rule)) co_return co_await tag(*tagged, contact, deadline);
    if (const auto* tracked = std::get_if<TrackStep>(&step.rule)) co_return co_await track(*tracked, run, deadline);
    if (const auto* changed = std::get_if<UpdateStep>(&step.rule))
        co_return co_await update(*changed, contact, deadline);
    if (const auto* webhook = std::get_if<WebhookStep>(&step.rule))
        co_return co_await call(*webhook, step, run, contact, deadline);
    co_return co_await slack(std::get<SlackStep>(step.rule), std::move(text), deadline);
}

Task<Result<EffectReceipt>> StepEffects::send(const MessageStep& step, const Contact& contact, StepText text) {
    const auto admin = step.admin_id ? step.admin_id : default_admin_;
    if (!admin) co_return no_admin();
    const OutboundMessage message{step.channel,         *admin,    contact.id, contact.role, std::move(text.subject),
                                  std::move(text.body), step.style};
    const auto receipt = co_await ports_.messenger.deliver(message, Deadline{});
    if (!receipt) co_return receipt.error();
    co_return EffectReceipt{receipt->message_id, receipt->request_id};
}

Task<Result<EffectReceipt>> StepEffects::note(const TaskStep& step, const Contact& contact, StepText text) {
    const auto admin = step.admin_id ? step.admin_id : default_admin_;
    if (!admin) co_return no_admin();
    const NewNote note{contact.id, std::move(text.body), *admin};
    const auto written = co_await ports_.notes.write(note, Deadline{});
    if (!written) co_return written.error();
    co_return EffectReceipt{written->id};
}

Task<Result<EffectReceipt>> StepEffects::tag(const TagStep& step, const Contact& contact, Deadline deadline) {
    if (step.add) {
        const auto added = co_await ports_.intercom.add_tag(contact.id, step.tag, deadline);
        if (!added) co_return added.error();
        co_return EffectReceipt{added->id};
    }
    const auto removed = co_await ports_.intercom.remove_tag(contact.id, step.tag, deadline);
    if (!removed) co_return removed.error();
    co_return EffectReceipt{*removed ? (*removed)->id : std::string()};
}

// The moment at which the step was due, so that every repetition is the same event.
Task<Result<EffectReceipt>> StepEffects::track(const TrackStep& step, const Run& run, Deadline deadline) {
    const TrackedEvent event{step.event, std::chrono::floor<seconds>(run.due_at), run.contact, step.metadata};
    const auto tracked = co_await ports_.intercom.track(event, deadline);
    if (!tracked) co_return tracked.error();
    co_return EffectReceipt{};
}

Task<Result<EffectReceipt>> StepEffects::update(const UpdateStep& step, const Contact& contact, Deadline deadline) {
    const auto changed = co_await ports_.intercom.update(contact.id, step.change, deadline);
    // Also when it failed: the outcome may be unknown.
    const auto ignored = co_await ports_.memory.forget(workspace_, contact.id);
    if (!changed) co_return changed.error();
    std::vector<ContactMemory::Remembered> known;
    for (auto& ref : names_of(changed->contact)) known.push_back({std::move(ref), changed->contact});
    const auto kept = co_await ports_.memory.remember(workspace_, std::move(known), ports_.clock.wall_now());
    co_return EffectReceipt{};
}

Task<Result<EffectReceipt>> StepEffects::call(const WebhookStep& rule, const Step& step, const Run& run,
                                              const Contact& contact, Deadline deadline) {
    const auto run_id = number_id("run", run.number);
    const WebhookPayload payload{run.automation.value, run_id,       step.path,      run.due_at,         contact.id,
                                 contact.external_id,  run.event_id, run.event_name, run.event_metadata, rule.data};
    WebhookCall call{rule.url, fmt::format("{}.{}", run_id, run.position), ports_.clock.wall_now(),
                     ports_.payloads.webhook(payload), true};
    const auto posted = co_await ports_.webhooks.post(std::move(call), deadline);
    if (!posted) co_return posted.error();
    co_return EffectReceipt{};
}

Task<Result<EffectReceipt>> StepEffects::slack(const SlackStep& step, StepText text, Deadline deadline) {
    WebhookCall call{step.url, {}, ports_.clock.wall_now(), ports_.payloads.slack(text.body), false};
    const auto posted = co_await ports_.webhooks.post(std::move(call), deadline);
    if (!posted) co_return posted.error();
    co_return EffectReceipt{};
}

}  // namespace herald
