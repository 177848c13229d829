#include "api/automation_settling.hpp"

#include <functional>
#include <utility>
#include <vector>

#include "api/operations.hpp"
#include "domain/automation/dates.hpp"

namespace herald::api {
namespace {

constexpr seconds patience{5};

struct Place {
    std::optional<SenderBody>* sender{};
    std::string member;  // its pointer without the first slash
};

std::vector<Place> senders_in(AutomationBody& body) {
    std::vector<Place> out;
    for_each_step(body.steps, [&](StepBody& step) {
        const auto path = step.path.substr(1);
        if (auto* email = std::get_if<EmailStepBody>(&step.is)) out.push_back({&email->sender, path + "/sender"});
        if (auto* notification = std::get_if<NotificationStepBody>(&step.is))
            out.push_back({&notification->sender, path + "/sender"});
        if (auto* task = std::get_if<TaskStepBody>(&step.is)) out.push_back({&task->author, path + "/author"});
    });
    return out;
}

Sender sender_of(const SenderBody& body) {
    Sender out{.admin_id = body.admin_id, .email = {}, .verified = false};
    if (body.email) out.email = body.email->value;
    return out;
}

// What Intercom will be asked, and where the body says it: the place may follow from Intercom's words.
struct Asked {
    AudienceQuery query;
    std::function<std::string(std::string_view words)> place;
};

std::vector<Asked> queries_of(const TriggerBody& trigger, const Backend& backend) {
    const auto at = [](std::string_view pointer) {
        return [pointer](std::string_view) { return std::string(pointer); };
    };
    std::vector<Asked> out;
    if (const auto* time = std::get_if<TimeTriggerBody>(&trigger.is)) {
        const auto& [contacts, segment, filter] = time->audience;
        if (segment) out.push_back({SegmentId{segment->value}, at("/trigger/audience/segment_id")});
        if (filter)
            out.push_back(
                {filter->filter, [&body = *filter](std::string_view words) { return place_named_in(body, words); }});
    }
    if (const auto* contract = std::get_if<ContractTriggerBody>(&trigger.is); contract && contract->date_attribute) {
        const auto now = backend.ports.clock.wall_now().time_since_epoch();
        const LocalDay today{std::chrono::floor<std::chrono::days>(now)};
        out.push_back({around(contract->date_attribute->value, today), at("/trigger/date_attribute")});
    }
    return out;
}

}  // namespace

Judges judges_of(const Backend& backend, const Call& call) {
    return {.zones = backend.ports.zones,
            .webhooks = backend.ports.webhooks,
            .default_sender = call.workspace.default_admin.has_value(),
            .now = backend.ports.clock.wall_now()};
}

Task<std::optional<Problem>> settle_senders(Backend& backend, const Call& call, AutomationBody& body) {
    std::optional<Problem> refused;
    bool default_asked = false;
    for (const auto& [sender, member] : senders_in(body)) {
        const bool named = sender->has_value();
        if (!named && std::exchange(default_asked, true)) continue;
        const Sender who = named ? sender_of(**sender)
                                 : Sender{.admin_id = call.workspace.default_admin, .email = {}, .verified = false};
        auto admin = co_await admin_of(backend, call, who, named, member, call.request.deadline);
        if (admin && named) **sender = SenderBody{.admin_id = *admin, .email = {}};
        if (admin) continue;
        if (admin.error().code != "sender_not_an_admin") co_return std::move(admin.error());
        if (!refused)
            refused = std::move(admin.error());
        else
            refused->errors.push_back(std::move(admin.error().errors.front()));
    }
    co_return refused;
}

Task<std::optional<Problem>> check_trigger_audience(Backend& backend, const Call& call, const AutomationBody& body) {
    auto queries = queries_of(body.trigger, backend);
    if (queries.empty()) co_return std::nullopt;
    const auto until = call.request.deadline.capped(backend.ports.clock.now(), patience);
    std::vector<FieldError> errors;
    for (auto& [query, place] : queries) {
        const auto checked = co_await call.workspace.audience_search.check(std::move(query), until);
        if (checked || checked.error().code != Errc::content_rejected) continue;
        const auto& words = checked.error().detail;
        errors.push_back({place(words), FieldCode::not_searchable, words});
    }
    if (errors.empty()) co_return std::nullopt;
    auto detail = errors.front().detail;
    co_return Problem{
        .status = 422, .code = "audience_refused", .detail = std::move(detail), .errors = std::move(errors)};
}

}  // namespace herald::api
