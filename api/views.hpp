#pragma once
// What clients see, as described structs: openapi.yaml's schemas, member by member.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "api/enums.hpp"
#include "api/filter_body.hpp"
#include "api/json/types.hpp"
#include "domain/campaign/campaign.hpp"
#include "domain/core/time.hpp"

namespace herald::api {

struct FieldErrorView {
    std::string pointer;
    FieldCode code{};
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(FieldErrorView, (), (pointer, code, detail))

struct ProblemView {
    std::string type;
    std::string title;
    std::int64_t status{};
    std::string code;
    std::string detail;
    std::optional<std::vector<FieldErrorView>> errors;
    std::string request_id;
    std::optional<WallTime> retry_at;
    std::optional<std::string> message_id;
    std::optional<std::string> missing_scope;
    std::optional<std::string> forbidden_workspace;
};
BOOST_DESCRIBE_STRUCT(ProblemView, (),
                      (type, title, status, code, detail, errors, request_id, retry_at, message_id, missing_scope,
                       forbidden_workspace))

// Exactly one member is there.
struct ContactView {
    std::optional<std::string> id;
    std::optional<std::string> external_id;
    std::optional<std::string> email;
    std::optional<bool> erased;  // true: whose it was is not known any more
};
BOOST_DESCRIBE_STRUCT(ContactView, (), (id, external_id, email, erased))

struct SenderView {
    std::optional<std::int64_t> admin_id;
    std::optional<std::string> email;
    bool verified{};
};
BOOST_DESCRIBE_STRUCT(SenderView, (), (admin_id, email, verified))

struct WaitingView {
    WaitReason reason{};
    std::optional<WallTime> until;
};
BOOST_DESCRIBE_STRUCT(WaitingView, (), (reason, until))

struct CountsView {
    std::int64_t queued{};
    std::int64_t inflight{};
    std::int64_t accepted{};
    std::int64_t rejected{};
    std::int64_t unknown{};
    std::int64_t deferred{};
    std::int64_t skipped{};
    std::int64_t expired{};
    std::int64_t cancelled{};
};
BOOST_DESCRIBE_STRUCT(CountsView, (),
                      (queued, inflight, accepted, rejected, unknown, deferred, skipped, expired, cancelled))

struct EventsView {
    std::int64_t queued{};
    std::int64_t tracked{};
    std::int64_t failed{};
};
BOOST_DESCRIBE_STRUCT(EventsView, (), (queued, tracked, failed))

struct SendResultView {
    ContactView contact;
    bool success{};
    std::optional<std::string> message_id;
    std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(SendResultView, (), (contact, success, message_id, reason))

struct IntercomIntegrationView {
    bool enabled{};
    std::int64_t messages_sent{};
    std::int64_t successful{};
    std::int64_t failed{};
    std::optional<std::vector<SendResultView>> results;
    std::string results_url;
};
BOOST_DESCRIBE_STRUCT(IntercomIntegrationView, (), (enabled, messages_sent, successful, failed, results, results_url))

struct AudienceSourceView {
    SourceKind kind{};
    std::optional<std::string> segment_id;
    std::optional<FilterView> filter;
    SourceState state{};
    std::int64_t found{};
    std::int64_t added{};
    std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(AudienceSourceView, (), (kind, segment_id, filter, state, found, added, reason))

struct CampaignView {
    std::string id;
    std::string workspace;
    std::string name;
    Channel channel{};
    TemplateType template_type;
    std::optional<std::string> subject;
    std::optional<std::string> body_html;
    std::optional<std::string> body_text;
    std::optional<Style> style;
    SenderView sender;
    std::optional<std::map<std::string, std::string>> variables;
    bool track_event{};
    DeliveryPolicy delivery_policy{};
    bool create_missing_contacts{};
    Nullable<std::int64_t> max_per_minute;
    std::optional<std::string> client_ref;
    std::map<std::string, std::string> metadata;
    std::optional<std::string> created_by;
    CampaignState state{};
    std::optional<PauseReason> pause_reason;
    std::optional<WaitingView> waiting;
    WallTime created_at{};
    std::optional<WallTime> scheduled_at;
    std::optional<std::string> time_zone;
    std::optional<WallTime> expires_at;
    std::optional<WallTime> launched_at;
    std::optional<WallTime> finished_at;
    std::int64_t audience_size{};
    std::optional<std::vector<AudienceSourceView>> audience_sources;
    CountsView counts;
    EventsView events;
    IntercomIntegrationView intercom_integration;
};
BOOST_DESCRIBE_STRUCT(CampaignView, (),
                      (id, workspace, name, channel, template_type, subject, body_html, body_text, style, sender,
                       variables, track_event, delivery_policy, create_missing_contacts, max_per_minute, client_ref,
                       metadata, created_by, state, pause_reason, waiting, created_at, scheduled_at, time_zone,
                       expires_at, launched_at, finished_at, audience_size, audience_sources, counts, events,
                       intercom_integration))

struct CampaignListView {
    std::vector<CampaignView> data;
    Nullable<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(CampaignListView, (), (data, next_cursor))

struct ReasonCountView {
    DeliveryState state{};
    std::string reason;
    std::int64_t count{};

    friend bool operator==(const ReasonCountView&, const ReasonCountView&) = default;
};
BOOST_DESCRIBE_STRUCT(ReasonCountView, (), (state, reason, count))

struct ProgressView {
    std::string campaign_id;
    CampaignState state{};
    std::optional<PauseReason> pause_reason;
    std::int64_t audience{};
    std::optional<std::vector<AudienceSourceView>> audience_sources;
    CountsView counts;
    std::vector<ReasonCountView> reasons;
    EventsView events;
    double rate_per_second{};
    Nullable<std::int64_t> max_per_minute;
    Nullable<WallTime> eta;
    WaitingView waiting;
    std::optional<WallTime> finished_at;
};
BOOST_DESCRIBE_STRUCT(ProgressView, (),
                      (campaign_id, state, pause_reason, audience, audience_sources, counts, reasons, events,
                       rate_per_second, max_per_minute, eta, waiting, finished_at))

struct RecipientView {
    std::string id;
    ContactView contact;
    DeliveryState state{};
    std::optional<std::string> reason;
    std::optional<std::string> detail;
    std::optional<std::string> intercom_contact_id;
    std::int64_t attempts{};
    std::optional<std::string> message_id;
    std::optional<std::string> request_id;
    std::optional<WallTime> not_before;
    std::optional<WallTime> updated_at;
};
BOOST_DESCRIBE_STRUCT(RecipientView, (),
                      (id, contact, state, reason, detail, intercom_contact_id, attempts, message_id, request_id,
                       not_before, updated_at))

struct RecipientListView {
    std::vector<RecipientView> data;
    Nullable<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(RecipientListView, (), (data, next_cursor))

struct LaneCallsView {
    std::int64_t interactive{};
    std::int64_t automation{};
    std::int64_t campaign{};
    std::int64_t background{};
};
BOOST_DESCRIBE_STRUCT(LaneCallsView, (), (interactive, automation, campaign, background))

struct BreakerView {
    std::string host;
    CircuitState state{};
    std::optional<std::string> reason;
    std::optional<WallTime> until;
};
BOOST_DESCRIBE_STRUCT(BreakerView, (), (host, state, reason, until))

struct CredentialView {
    CredentialState state{};
    std::optional<WallTime> next_check;
};
BOOST_DESCRIBE_STRUCT(CredentialView, (), (state, next_check))

struct InflightView {
    std::int64_t now{};
    std::int64_t max{};
};
BOOST_DESCRIBE_STRUCT(InflightView, (), (now, max))

struct LimitsView {
    std::string workspace;
    std::int64_t limit_per_window{};
    std::int64_t window_seconds{};
    double target{};
    double share{};
    double rate_per_second{};
    std::int64_t burst{};
    std::int64_t used{};
    LaneCallsView used_by_lane;
    Nullable<WallTime> blocked_until;
    BreakerView breaker;
    CredentialView credential;
    InflightView inflight;
};
BOOST_DESCRIBE_STRUCT(LimitsView, (),
                      (workspace, limit_per_window, window_seconds, target, share, rate_per_second, burst, used,
                       used_by_lane, blocked_until, breaker, credential, inflight))

struct LineErrorView {
    std::int64_t line{};
    FieldCode code{};
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(LineErrorView, (), (line, code, detail))

struct UploadView {
    std::int64_t lines{};
    std::int64_t accepted{};
    std::int64_t duplicates{};
    std::int64_t errors_total{};
    std::vector<LineErrorView> errors;
    std::int64_t audience_size{};
};
BOOST_DESCRIBE_STRUCT(UploadView, (), (lines, accepted, duplicates, errors_total, errors, audience_size))

struct AuditEntryView {
    std::string id;
    std::int64_t position{};
    WallTime at{};
    std::string actor;
    std::optional<std::string> request_id;
    std::string action;
    std::string resource;
    AuditDetails details;
    std::string hash;
};
BOOST_DESCRIBE_STRUCT(AuditEntryView, (), (id, position, at, actor, request_id, action, resource, details, hash))

struct AuditEntryListView {
    std::vector<AuditEntryView> data;
    Nullable<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(AuditEntryListView, (), (data, next_cursor))

struct BrokenEntryView {
    std::int64_t position{};
    std::optional<std::string> id;
    ChainFault fault{};
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(BrokenEntryView, (), (position, id, fault, detail))

struct AuditVerificationView {
    std::string workspace;
    bool intact{};
    std::int64_t entries{};
    std::string head;
    std::optional<BrokenEntryView> first_bad;
};
BOOST_DESCRIBE_STRUCT(AuditVerificationView, (), (workspace, intact, entries, head, first_bad))

struct HealthView {
    HealthStatus status{};
};
BOOST_DESCRIBE_STRUCT(HealthView, (), (status))

struct ReadinessView {
    HealthStatus status{};
    bool store{};
    bool draining{};
};
BOOST_DESCRIBE_STRUCT(ReadinessView, (), (status, store, draining))

}  // namespace herald::api
