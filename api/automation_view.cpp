#include "api/automation_view.hpp"

#include <utility>

#include <fmt/format.h>

#include "api/automation_document.hpp"
#include "api/campaign_view.hpp"
#include "api/json/encode.hpp"

namespace herald::api {
namespace {

namespace json = boost::json;

std::optional<DocumentPart> part(json::object& document, std::string_view member) {
    auto* found = document.if_contains(member);
    if (found == nullptr) return {};
    return DocumentPart{std::move(*found)};
}

DocumentPart need(json::object& document, std::string_view member) {
    return DocumentPart{std::move(document.at(member))};
}

std::optional<std::string> text(const json::object& document, std::string_view member) {
    const auto* found = document.if_contains(member);
    if (found == nullptr) return {};
    return std::string(found->as_string());
}

// What automations and versions show of what is said.
template <class View>
void show(json::object& document, View& out) {
    out.name = text(document, "name").value_or("");
    out.description = text(document, "description");
    out.trigger = need(document, "trigger");
    out.steps = need(document, "steps");
    out.delay_minutes = document.at("delay_minutes").as_int64();
    out.entry = need(document, "entry");
    out.exit = part(document, "exit");
    out.late = need(document, "late");
    out.variables = part(document, "variables");
    out.metadata = part(document, "metadata");
}

FiringView firing_view(const Firing& firing) {
    return {.id = number_id("fir", firing.number),
            .state = firing.state,
            .at = firing.at,
            .version = firing.version,
            .people = firing.people,
            .entered = firing.entered,
            .reason = unless_empty(firing.reason)};
}

}  // namespace

std::string automation_path(const AutomationId& id) {
    return "/v1/automations/" + id.value;
}

AutomationView automation_view(const Automation& automation) {
    AutomationView out;
    auto document = shown_document(automation.document);
    show(document, out);
    out.id = automation.id.value;
    out.workspace = automation.workspace.value;
    out.state = automation.state;
    out.is_active = automation.state == AutomationState::active;
    out.version = automation.version;
    out.action_count = automation.action_count;
    out.created_by = automation.created_by;
    out.created_at = automation.created_at;
    out.updated_at = automation.updated_at;
    out.next_fire_at = automation.next_fire_at;
    if (const auto& firing = automation.last_firing) {
        out.last_firing = firing_view(*firing);
        if (firing->state == FiringState::confirming)
            out.waiting_for_confirmation = {out.last_firing->id, firing->people, firing->at};
    }
    const auto& runs = automation.runs;
    out.runs = {runs[RunState::active], runs[RunState::completed], runs[RunState::exited], runs[RunState::failed],
                runs[RunState::cancelled]};
    out.runs_url = automation_path(automation.id) + "/runs";
    return out;
}

AutomationView listed_automation_view(const Automation& automation) {
    auto out = automation_view(automation);
    out.steps.reset();
    out.variables.reset();
    return out;
}

AutomationVersionView version_view(const AutomationVersion& version) {
    AutomationVersionView out;
    auto document = shown_document(version.document);
    show(document, out);
    out.version = version.number;
    out.created_at = version.created_at;
    out.actor = version.actor;
    return out;
}

std::string etag_of(const Automation& automation) {
    return fmt::format("\"{}-{}\"", automation.id.value, automation.revision);
}

Response automation_response(int status, const Automation& automation) {
    auto response = json_response(status, to_json(automation_view(automation)));
    response.headers.set("ETag", etag_of(automation));
    return response;
}

}  // namespace herald::api
