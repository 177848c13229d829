#pragma once
// What the API is built from. service/compose.cpp fills it.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/change_feed.hpp"
#include "domain/access/admission.hpp"
#include "domain/access/key.hpp"
#include "domain/campaign/planning.hpp"
#include "domain/contact/desk.hpp"
#include "domain/core/id.hpp"
#include "domain/core/random.hpp"
#include "domain/core/time.hpp"
#include "domain/ports/audience_directory.hpp"
#include "domain/ports/audience_reader.hpp"
#include "domain/ports/audit_log.hpp"
#include "domain/ports/automation_engine.hpp"
#include "domain/ports/automation_store.hpp"
#include "domain/ports/campaign_store.hpp"
#include "domain/ports/delivery_records.hpp"
#include "domain/ports/limits.hpp"
#include "domain/ports/message_store.hpp"
#include "domain/ports/messenger.hpp"
#include "domain/ports/personal_data.hpp"
#include "domain/ports/request_log.hpp"
#include "domain/ports/time_zones.hpp"
#include "domain/ports/waiting.hpp"
#include "domain/ports/webhooks.hpp"
#include "domain/ports/worker.hpp"

namespace herald::api {

// One Intercom workspace.
struct Workspace {
    WorkspaceId id;
    std::optional<std::int64_t> default_admin;  // whom messages come from when a request names nobody
    AdminDirectory& admins;
    ContactDirectory& contacts;
    AudienceDirectory& audience_search;
    const WaitingSource& waiting;
    const LimitsSource& limits;
    ContactDesk& desk;
    AutomationEngine& automations;
    PlanRules planning{};  // as the sending loop plans
};

struct Ports {
    CampaignStore& campaigns;
    DeliveryRecords& records;
    AudienceReader& audiences;
    ContactMemory& memory;
    AuditLog& audit;
    MessageStore& messages;
    RequestLog& requests;
    PersonalData& people;
    ChangeFeed& changes;
    Worker& worker;
    Clock& clock;
    Random& random;
    const TimeZones& zones;
    AutomationStore& automations;
    const Webhooks& webhooks;
    std::vector<Workspace> workspaces;  // at least one; their order is that of the configuration
};

struct Options {
    std::string openapi;     // the text of openapi.yaml
    std::string docs;        // the page at /docs, which shows it
    std::string docs_style;  // the hash of its style sheet, as a Content-Security-Policy names it
    std::function<std::string()> metrics = [] { return std::string(); };  // the text of /metrics
    std::function<bool()> draining = [] { return false; };
    std::size_t worker_above{64UL * 1024UL};                      // bodies larger than this are decoded by the worker
    std::vector<ApiKey> keys{};                                   // those of the configuration
    bool key_required{};                                          // also while there is none
    std::int64_t requests_per_minute{usual_requests_per_minute};  // of a key without a quota of its own
    // A caller was refused: the code of the problem, one of `access_problems`.
    std::function<void(std::string_view code)> on_refused = [](std::string_view) {};
};

}  // namespace herald::api
