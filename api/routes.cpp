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
constexpr std::array recipients_exports{"application/x-ndjson"sv, "text/csv"sv};

constexpr std::array table{
    // clang-format off
    Route{Verb::post, "/v1/campaigns",                 "createCampaign",         create_campaign, {}, large_body},
    Route{Verb::get,  "/v1/campaigns",                 "listCampaigns",          list_campaigns, list_query},
    Route{Verb::get,  "/v1/campaigns/{id}",            "getCampaign",            get_campaign},
    Route{Verb::patch, "/v1/campaigns/{id}",           "editCampaign",           edit_campaign, {}, draft_body},
    Route{Verb::del,  "/v1/campaigns/{id}",            "deleteCampaign",         delete_campaign},
    Route{Verb::post, "/v1/campaigns/{id}/launch",     "launchCampaign",         launch_campaign, launch_query},
    Route{Verb::post, "/v1/campaigns/{id}/pause",      "pauseCampaign",          pause_campaign, wait_query},
    Route{Verb::post, "/v1/campaigns/{id}/resume",     "resumeCampaign",         resume_campaign},
    Route{Verb::post, "/v1/campaigns/{id}/cancel",     "cancelCampaign",         cancel_campaign, wait_query},
    Route{Verb::post, "/v1/campaigns/{id}/retry",      "retryCampaign",          retry_campaign},
    Route{Verb::get,  "/v1/campaigns/{id}/progress",   "getCampaignProgress",    get_progress},
    Route{Verb::get,  "/v1/campaigns/{id}/recipients", "listCampaignRecipients", list_recipients, recipients_query, small_body, "application/json", recipients_exports},
    Route{Verb::post, "/v1/campaigns/{id}/recipients", "uploadCampaignRecipients", upload_recipients, {}, any_body, "application/json", {}, BodyKind::stream},
    Route{Verb::get,  "/v1/campaigns/{id}/events",     "streamCampaignEvents",   stream_events, {}, small_body, "text/event-stream"},
    Route{Verb::get,  "/v1/deliveries/{id}",           "getDelivery",            get_delivery},
    Route{Verb::post, "/v1/deliveries/{id}/resolve",   "resolveDelivery",        resolve_delivery},
    Route{Verb::post, "/v1/messages",                  "sendMessage",            send_message, {}, message_body},
    Route{Verb::get,  "/v1/messages/{id}",             "getMessage",             get_message},
    Route{Verb::get,  "/v1/contacts/{contact}",        "getContact",             get_contact},
    Route{Verb::put,  "/v1/contacts/{contact}",        "putContact",             put_contact},
    Route{Verb::del,  "/v1/contacts/{contact}/data",   "eraseContactData",       erase_contact},
    Route{Verb::post, "/v1/contacts/{contact}/notes",  "createNote",             create_note},
    Route{Verb::put,  "/v1/contacts/{contact}/tags/{tag}", "addTag",             add_tag},
    Route{Verb::del,  "/v1/contacts/{contact}/tags/{tag}", "removeTag",          remove_tag},
    Route{Verb::post, "/v1/events",                    "trackEvent",             track_event},
    Route{Verb::get,  "/v1/limits",                    "getLimits",              get_limits},
    Route{Verb::get,  "/v1/audit_entries",             "listAuditEntries",       list_audit_entries, audit_query},
    Route{Verb::get,  "/v1/audit_entries/verify",      "verifyAuditEntries",     verify_audit_entries},
    Route{Verb::get,  "/livez",                        "getLiveness",            get_liveness},
    Route{Verb::get,  "/readyz",                       "getReadiness",           get_readiness},
    Route{Verb::get,  "/metrics",                      "getMetrics",             get_metrics, {}, small_body, "text/plain"},
    Route{Verb::get,  "/openapi.yaml",                 "getOpenapi",             get_openapi, {}, small_body, "application/yaml"},
    Route{Verb::get,  "/docs",                         "getDocs",                get_docs, {}, small_body, "text/html"},
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
