#pragma once
// Automations and their runs as clients see them: openapi.yaml's schemas, member by member.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/json/value.hpp>

#include "api/automation_enums.hpp"
#include "api/json/types.hpp"
#include "api/message.hpp"
#include "domain/automation/simulate.hpp"

namespace herald::api {

// A part of the document, as it stands there.
struct DocumentPart {
    boost::json::value value;
};
inline boost::json::value encode(const DocumentPart& part) {
    return part.value;
}

struct RunCountsView {
    std::int64_t active{};
    std::int64_t completed{};
    std::int64_t exited{};
    std::int64_t failed{};
    std::int64_t cancelled{};
};
BOOST_DESCRIBE_STRUCT(RunCountsView, (), (active, completed, exited, failed, cancelled))

struct ConfirmationView {
    std::string firing;
    std::int64_t people{};
    WallTime at{};
};
BOOST_DESCRIBE_STRUCT(ConfirmationView, (), (firing, people, at))

struct FiringView {
    std::string id;
    FiringState state{};
    WallTime at{};
    std::int64_t version{};
    std::int64_t people{};
    std::int64_t entered{};
    std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(FiringView, (), (id, state, at, version, people, entered, reason))

struct AutomationView {
    std::string id;
    std::string workspace;
    std::string name;
    std::optional<std::string> description;
    AutomationState state{};
    bool is_active{};
    std::int64_t version{};
    DocumentPart trigger;
    std::optional<DocumentPart> steps;  // not in lists, as the next but one
    std::int64_t action_count{};
    std::int64_t delay_minutes{};
    DocumentPart entry;
    std::optional<DocumentPart> exit;
    DocumentPart late;
    std::optional<DocumentPart> variables;
    std::optional<DocumentPart> metadata;
    std::optional<std::string> created_by;
    WallTime created_at{};
    WallTime updated_at{};
    std::optional<WallTime> next_fire_at;
    std::optional<ConfirmationView> waiting_for_confirmation;
    std::optional<FiringView> last_firing;
    RunCountsView runs;
    std::string runs_url;
};
BOOST_DESCRIBE_STRUCT(AutomationView, (),
                      (id, workspace, name, description, state, is_active, version, trigger, steps, action_count,
                       delay_minutes, entry, exit, late, variables, metadata, created_by, created_at, updated_at,
                       next_fire_at, waiting_for_confirmation, last_firing, runs, runs_url))

struct AutomationListView {
    std::vector<AutomationView> data;
    Nullable<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(AutomationListView, (), (data, next_cursor))

struct AutomationVersionView {
    std::int64_t version{};
    std::string name;
    std::optional<std::string> description;
    DocumentPart trigger;
    DocumentPart steps;
    std::int64_t delay_minutes{};
    DocumentPart entry;
    std::optional<DocumentPart> exit;
    DocumentPart late;
    std::optional<DocumentPart> variables;
    std::optional<DocumentPart> metadata;
    WallTime created_at{};
    std::string actor;
};
BOOST_DESCRIBE_STRUCT(AutomationVersionView, (),
                      (version, name, description, trigger, steps, delay_minutes, entry, exit, late, variables,
                       metadata, created_at, actor))

struct AutomationVersionListView {
    std::vector<AutomationVersionView> data;
    Nullable<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(AutomationVersionListView, (), (data, next_cursor))

AutomationView automation_view(const Automation& automation);
// As it stands in a list: without steps and variables, which can be large.
AutomationView listed_automation_view(const Automation& automation);
AutomationVersionView version_view(const AutomationVersion& version);

std::string automation_path(const AutomationId& id);

// Names what can be edited, and not the counts of runs, which change all the time.
std::string etag_of(const Automation& automation);

// 2xx with the automation and its ETag. Pure: also made on the store's thread.
Response automation_response(int status, const Automation& automation);

}  // namespace herald::api
