#include "api/routes.hpp"

#include <array>

#include "api/handlers.hpp"

namespace herald::api {
namespace {

using namespace std::string_view_literals;

constexpr std::array list_query{"limit"sv, "cursor"sv, "order"sv, "state"sv, "client_ref"sv};
constexpr std::array recipients_query{"limit"sv, "cursor"sv, "state"sv, "reason"sv, "format"sv};
constexpr std::array launch_query{"dry_run"sv};
constexpr std::array wait_query{"wait"sv};
constexpr std::array audit_query{"limit"sv,  "cursor"sv,   "order"sv, "actor"sv,
                                 "action"sv, "resource"sv, "from"sv,  "to"sv};
constexpr std::array automations_query{"limit"sv, "cursor"sv, "order"sv, "state"sv};
constexpr std::array versions_query{"limit"sv, "cursor"sv};
constexpr std::array runs_query{"limit"sv, "cursor"sv, "order"sv, "state"sv, "contact"sv};
constexpr std::array recipients_exports{"application/x-ndjson"sv, "text/csv"sv};

// Scopes: what changes nothing needs `read`. Whoever pauses or cancels needs `write` as well, and is never over quota.
// What cannot be undone and is about more than one campaign needs `admin`.
constexpr std::array table{
    // clang-format off
    Route{Verb::post, "/v1/campaigns",                 "createCampaign",         KeyScope::campaigns_write,  create_campaign, {}, large_body},
    Route{Verb::get,  "/v1/campaigns",                 "listCampaigns",          KeyScope::campaigns_read,   list_campaigns, list_query},
    Route{Verb::get,  "/v1/campaigns/{id}",            "getCampaign",            KeyScope::campaigns_read,   get_campaign},
    Route{Verb::patch, "/v1/campaigns/{id}",           "editCampaign",           KeyScope::campaigns_write,  edit_campaign, {}, draft_body},
    Route{Verb::del,  "/v1/campaigns/{id}",            "deleteCampaign",         KeyScope::campaigns_write,  delete_campaign},
    Route{Verb::post, "/v1/campaigns/{id}/launch",     "launchCampaign",         KeyScope::campaigns_write,  launch_campaign, launch_query},
    Route{Verb::post, "/v1/campaigns/{id}/pause",      "pauseCampaign",          KeyScope::campaigns_write,  pause_campaign, wait_query},
    Route{Verb::post, "/v1/campaigns/{id}/resume",     "resumeCampaign",         KeyScope::campaigns_write,  resume_campaign},
    Route{Verb::post, "/v1/campaigns/{id}/cancel",     "cancelCampaign",         KeyScope::campaigns_write,  cancel_campaign, wait_query},
    Route{Verb::post, "/v1/campaigns/{id}/retry",      "retryCampaign",          KeyScope::campaigns_write,  retry_campaign},
    Route{Verb::get,  "/v1/campaigns/{id}/progress",   "getCampaignProgress",    KeyScope::campaigns_read,   get_progress},
    Route{Verb::get,  "/v1/campaigns/{id}/recipients", "listCampaignRecipients", KeyScope::campaigns_read,   list_recipients, recipients_query, small_body, "application/json", recipients_exports},
    Route{Verb::post, "/v1/campaigns/{id}/recipients", "uploadCampaignRecipients", KeyScope::campaigns_write,  upload_recipients, {}, any_body, "application/json", {}, BodyKind::stream},
    Route{Verb::get,  "/v1/campaigns/{id}/events",     "streamCampaignEvents",   KeyScope::campaigns_read,   stream_events, {}, small_body, "text/event-stream"},
    Route{Verb::get,  "/v1/deliveries/{id}",           "getDelivery",            KeyScope::campaigns_read,   get_delivery},
    Route{Verb::post, "/v1/deliveries/{id}/resolve",   "resolveDelivery",        KeyScope::campaigns_write,  resolve_delivery},
    Route{Verb::post, "/v1/messages",                  "sendMessage",            KeyScope::messages_send,    send_message, {}, message_body},
    Route{Verb::get,  "/v1/messages/{id}",             "getMessage",             KeyScope::messages_send,    get_message},
    Route{Verb::get,  "/v1/contacts/{contact}",        "getContact",             KeyScope::contacts_read,    get_contact},
    Route{Verb::put,  "/v1/contacts/{contact}",        "putContact",             KeyScope::contacts_write,   put_contact},
    Route{Verb::del,  "/v1/contacts/{contact}/data",   "eraseContactData",       KeyScope::admin,            erase_contact},
    Route{Verb::post, "/v1/contacts/{contact}/notes",  "createNote",             KeyScope::contacts_write,   create_note},
    Route{Verb::put,  "/v1/contacts/{contact}/tags/{tag}", "addTag",             KeyScope::contacts_write,   add_tag},
    Route{Verb::del,  "/v1/contacts/{contact}/tags/{tag}", "removeTag",          KeyScope::contacts_write,   remove_tag},
    Route{Verb::post, "/v1/events",                    "trackEvent",             KeyScope::contacts_write,   track_event},
    Route{Verb::post, "/v1/events/batch",              "trackEvents",            KeyScope::contacts_write,   track_events, {}, draft_body},
    Route{Verb::get,  "/v1/events/{id}",               "getEvent",               KeyScope::contacts_read,   get_event},
    Route{Verb::post, "/v1/automations",               "createAutomation",       KeyScope::automations_write, create_automation, {}, draft_body},
    Route{Verb::get,  "/v1/automations",               "listAutomations",        KeyScope::automations_read, list_automations, automations_query},
    Route{Verb::get,  "/v1/automations/{id}",          "getAutomation",          KeyScope::automations_read, get_automation},
    Route{Verb::patch, "/v1/automations/{id}",         "editAutomation",         KeyScope::automations_write, edit_automation, {}, draft_body},
    Route{Verb::del,  "/v1/automations/{id}",          "deleteAutomation",       KeyScope::automations_write, delete_automation},
    Route{Verb::post, "/v1/automations/{id}/activate", "activateAutomation",     KeyScope::automations_write, activate_automation},
    Route{Verb::post, "/v1/automations/{id}/deactivate", "deactivateAutomation", KeyScope::automations_write, deactivate_automation},
    Route{Verb::post, "/v1/automations/{id}/confirm",  "confirmAutomation",      KeyScope::automations_write, confirm_automation},
    Route{Verb::post, "/v1/automations/{id}/simulations", "simulateAutomation",  KeyScope::automations_read, simulate_automation, {}, message_body},
    Route{Verb::get,  "/v1/automations/{id}/versions", "listAutomationVersions", KeyScope::automations_read, list_automation_versions, versions_query},
    Route{Verb::get,  "/v1/automations/{id}/runs",     "listRuns",               KeyScope::automations_read, list_runs, runs_query},
    Route{Verb::get,  "/v1/runs/{run}",                "getRun",                 KeyScope::automations_read, get_run},
    Route{Verb::post, "/v1/runs/{run}/cancel",         "cancelRun",              KeyScope::automations_write, cancel_run},
    Route{Verb::get,  "/v1/limits",                    "getLimits",              KeyScope::campaigns_read,   get_limits},
    Route{Verb::get,  "/v1/audit_entries",             "listAuditEntries",       KeyScope::audit_read,       list_audit_entries, audit_query},
    Route{Verb::get,  "/v1/audit_entries/verify",      "verifyAuditEntries",     KeyScope::audit_read,       verify_audit_entries},
    Route{Verb::get,  "/livez",                        "getLiveness",            {},                         get_liveness},
    Route{Verb::get,  "/readyz",                       "getReadiness",           {},                         get_readiness},
    Route{Verb::get,  "/metrics",                      "getMetrics",             {},                         get_metrics, {}, small_body, "text/plain"},
    Route{Verb::get,  "/openapi.yaml",                 "getOpenapi",             {},                         get_openapi, {}, small_body, "application/yaml"},
    Route{Verb::get,  "/docs",                         "getDocs",                {},                         get_docs, {}, small_body, "text/html"},
    // clang-format on
};

}  // namespace

std::string_view name(Verb verb) {
    switch (verb) {
        case Verb::get:
            return "GET";
        case Verb::post:
            return "POST";
        case Verb::put:
            return "PUT";
        case Verb::patch:
            return "PATCH";
        case Verb::del:
            return "DELETE";
    }
    return "";
}

bool takes_body(Verb verb) {
    return verb == Verb::post || verb == Verb::put || verb == Verb::patch;
}

std::span<const Route> routes() {
    return table;
}

}  // namespace herald::api
