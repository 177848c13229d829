// openapi.yaml against the code, both ways.

#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "api/automation_command.hpp"
#include "api/automation_view.hpp"
#include "api/campaign_body.hpp"
#include "api/create_command.hpp"
#include "api/dry_run_view.hpp"
#include "api/event_view.hpp"
#include "api/operation_body.hpp"
#include "api/operation_views.hpp"
#include "api/problem.hpp"
#include "api/resolve_command.hpp"
#include "api/routes.hpp"
#include "api/run_view.hpp"
#include "api/simulation_body.hpp"
#include "api/views.hpp"
#include "tests/api/api_fixture.hpp"

namespace herald {
namespace {

using namespace api;
using Names_ = std::set<std::string>;

const YAML::Node& document() {
    static const YAML::Node root = YAML::LoadFile(HERALD_OPENAPI);
    return root;
}

YAML::Node resolve(const YAML::Node& start) {
    YAML::Node node = start;
    while (node.IsMap() && node["$ref"]) {
        auto path = node["$ref"].as<std::string>().substr(2);
        YAML::Node at = document();
        std::istringstream parts(path);
        for (std::string part; std::getline(parts, part, '/');) at.reset(std::as_const(at)[part]);
        node.reset(at);
    }
    return node;
}

YAML::Node schema(const std::string& name) {
    return resolve(document()["components"]["schemas"][name]);
}

Names_ names_in(const YAML::Node& list) {
    Names_ out;
    for (const auto& entry : list) out.insert(entry.as<std::string>());
    return out;
}

Names_ keys_of(const YAML::Node& map) {
    Names_ out;
    for (const auto& entry : map) out.insert(entry.first.as<std::string>());
    return out;
}

template <class E>
Names_ names_of() {
    Names_ out;
    for (const auto value : Names<E>::values) out.emplace(Names<E>::name(value));
    return out;
}

// What the schema of a member must say for the C++ type of the member.
template <class T>
struct Shape;

void expect_type(const YAML::Node& node, const std::string& type, const std::string& where) {
    ASSERT_TRUE(node["type"]) << where;
    EXPECT_EQ(node["type"].as<std::string>(), type) << where;
}
void expect_number(const YAML::Node& node, const char* key, std::size_t value, const std::string& where) {
    ASSERT_TRUE(node[key]) << where << " " << key;
    EXPECT_EQ(node[key].as<std::size_t>(), value) << where << " " << key;
}

template <Described T>
void expect_members(const YAML::Node& node, const std::string& where, bool closed);

template <class T>
void expect_shape(YAML::Node node, const std::string& where, bool closed) {
    node = resolve(node);
    if constexpr (is_optional<T>) {
        expect_shape<typename T::value_type>(node, where, closed);
    } else if constexpr (Named<T>) {
        expect_type(node, "string", where);
        EXPECT_EQ(names_in(node["enum"]), names_of<T>()) << where;
    } else if constexpr (std::same_as<T, std::string>) {
        expect_type(node, "string", where);
    } else if constexpr (std::same_as<T, bool>) {
        expect_type(node, "boolean", where);
    } else if constexpr (std::same_as<T, std::int64_t>) {
        expect_type(node, "integer", where);
        EXPECT_EQ(node["format"].as<std::string>(""), "int64") << where;
    } else if constexpr (std::same_as<T, double>) {
        expect_type(node, "number", where);
    } else if constexpr (std::same_as<T, WallTime>) {
        expect_type(node, "string", where);
        EXPECT_EQ(node["format"].as<std::string>(""), "date-time") << where;
    } else if constexpr (std::same_as<T, std::map<std::string, std::string>>) {
        expect_type(node, "object", where);
        expect_type(node["additionalProperties"], "string", where);
    } else if constexpr (std::same_as<T, AuditDetails>) {
        expect_type(node, "object", where);
        const auto kinds = node["additionalProperties"]["oneOf"];
        ASSERT_EQ(kinds.size(), 3U) << where;
        expect_shape<std::string>(kinds[0], where, closed);
        expect_shape<std::int64_t>(kinds[1], where, closed);
        expect_shape<bool>(kinds[2], where, closed);
    } else if constexpr (std::same_as<T, Scalars>) {
        expect_type(node, "object", where);
        EXPECT_EQ(node["additionalProperties"]["oneOf"].size(), 3U) << where;
    } else if constexpr (Described<T>) {
        expect_members<T>(node, where, closed);
    } else {
        Shape<T>::expect(node, where, closed);
    }
}

template <class T>
struct Shape<Nullable<T>> {
    static void expect(const YAML::Node& node, const std::string& where, bool closed) {
        EXPECT_TRUE(node["nullable"].as<bool>(false)) << where;
        expect_shape<T>(node, where, closed);
    }
};
template <class T>
struct Shape<std::vector<T>> {
    static void expect(const YAML::Node& node, const std::string& where, bool closed) {
        expect_type(node, "array", where);
        expect_shape<T>(node["items"], where + "[]", closed);
    }
};
template <class T, std::size_t Min, std::size_t Max>
struct Shape<List<T, Min, Max>> {
    static void expect(const YAML::Node& node, const std::string& where, bool closed) {
        Shape<std::vector<T>>::expect(node, where, closed);
        expect_number(node, "minItems", Min, where);
        expect_number(node, "maxItems", Max, where);
    }
};
template <std::size_t Max, std::size_t Min>
struct Shape<Text<Max, Min>> {
    static void expect(const YAML::Node& node, const std::string& where, bool) {
        expect_type(node, "string", where);
        expect_number(node, "minLength", Min, where);
        expect_number(node, "maxLength", Max, where);
    }
};
template <>
struct Shape<TimeText> {
    static void expect(const YAML::Node& node, const std::string& where, bool) { expect_type(node, "string", where); }
};
template <std::int64_t Min, std::int64_t Max>
struct Shape<Number<Min, Max>> {
    static void expect(const YAML::Node& node, const std::string& where, bool closed) {
        expect_shape<std::int64_t>(node, where, closed);
        EXPECT_EQ(node["minimum"].as<std::int64_t>(), Min) << where;
        EXPECT_EQ(node["maximum"].as<std::int64_t>(), Max) << where;
    }
};
template <std::size_t Max>
struct Shape<Bytes<Max>> {
    static void expect(const YAML::Node& node, const std::string& where, bool closed) {
        Shape<Text<Max, 1>>::expect(node, where, closed);
    }
};
template <std::size_t Max, std::size_t MaxLength, bool Scalars>
struct Shape<TextMap<Max, MaxLength, Scalars>> {
    static void expect(const YAML::Node& node, const std::string& where, bool) {
        expect_type(node, "object", where);
        expect_number(node, "maxProperties", Max, where);
        const auto value = node["additionalProperties"];
        const auto text = Scalars ? value["oneOf"][0] : value;
        expect_type(text, "string", where);
        expect_number(text, "maxLength", MaxLength, where);
        EXPECT_EQ(value["oneOf"].IsDefined(), Scalars) << where;
    }
};

template <>
struct Shape<FilterBody> {
    static void expect(const YAML::Node& node, const std::string& where, bool) {
        ASSERT_EQ(node["anyOf"].size(), 2U) << where;
        EXPECT_EQ(resolve(node["anyOf"][0])["maxProperties"].as<std::size_t>(), longest_search_group) << where;
        Names_ ops;
        for (const auto op : all_filter_ops) ops.emplace(name(op));
        EXPECT_EQ(names_in(schema("FilterOp")["enum"]), ops) << where;
        expect_number(schema("FilterAll")["properties"]["all"], "maxItems", longest_search_group, where);
        expect_number(schema("FilterAny")["properties"]["any"], "maxItems", longest_search_group, where);
    }
};
template <>
struct Shape<FilterView> {
    static void expect(const YAML::Node& node, const std::string& where, bool) {
        EXPECT_EQ(node["anyOf"].size(), 3U) << where;
    }
};

template <std::size_t Max, std::size_t MaxLength>
struct Shape<ScalarMap<Max, MaxLength>> {
    static void expect(const YAML::Node& node, const std::string& where, bool) {
        expect_type(node, "object", where);
        expect_number(node, "maxProperties", Max, where);
        expect_number(node["additionalProperties"]["oneOf"][0], "maxLength", MaxLength, where);
    }
};

template <>
struct Shape<RunCondition> {
    static void expect(const YAML::Node& node, const std::string& where, bool) {
        EXPECT_EQ(node["anyOf"].size(), 2U) << where;
    }
};
template <>
struct Shape<DocumentPart> {
    static void expect(const YAML::Node& node, const std::string& where, bool) {
        EXPECT_TRUE(node["type"] || node["oneOf"]) << where;  // what was taken, whose schema is compared there
    }
};
template <>
struct Shape<ValuesBody> {
    static void expect(const YAML::Node& node, const std::string& where, bool) {
        expect_type(node, "object", where);
        expect_number(node, "maxProperties", ValuesBody::max, where);
        expect_type(node["additionalProperties"], "number", where);
    }
};
template <>
struct Shape<UnreadEvent> {
    static void expect(const YAML::Node& node, const std::string& where, bool closed) {
        expect_shape<EventBody>(node, where, closed);
    }
};

// One of several objects, told apart by `type`. Each has a test of its own.
template <Named E>
void expect_union(const YAML::Node& node, const std::string& where) {
    EXPECT_EQ(node["discriminator"]["propertyName"].as<std::string>(""), "type") << where;
    EXPECT_EQ(keys_of(node["discriminator"]["mapping"]), names_of<E>()) << where;
    Names_ mapped;
    for (const auto& entry : node["discriminator"]["mapping"]) mapped.insert(entry.second.as<std::string>());
    Names_ listed;
    for (const auto& entry : node["oneOf"]) listed.insert(entry["$ref"].as<std::string>());
    EXPECT_EQ(mapped, listed) << where;
}
template <>
struct Shape<TriggerBody> {
    static void expect(const YAML::Node& node, const std::string& where, bool) {
        expect_union<TriggerType>(node, where);
    }
};
template <>
struct Shape<StepBody> {
    static void expect(const YAML::Node& node, const std::string& where, bool) {
        if (node["oneOf"]) return expect_union<StepType>(node, where);
        // Inside a branch, where it cannot be written out.
        expect_shape<StepType>(node["properties"]["type"], where, false);
        EXPECT_TRUE(node["additionalProperties"].as<bool>(false)) << where;
    }
};

// Both ways: every described member is in the schema with its type, and nothing else is.
template <Described T>
void expect_members(const YAML::Node& node, const std::string& where, bool closed) {
    expect_type(node, "object", where);
    Names_ members;
    Names_ required;
    boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
        using M = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
        const std::string name(json_name(member.name));
        members.emplace(name);
        if (is_required<M>) required.emplace(name);
        if (const auto property = node["properties"][name]; property.IsDefined())
            expect_shape<M>(property, where + "." + name, closed);
    });
    EXPECT_EQ(keys_of(node["properties"]), members) << where;
    EXPECT_EQ(names_in(node["required"]), required) << where;
    EXPECT_EQ(node["additionalProperties"].IsDefined() && !node["additionalProperties"].as<bool>(true), closed)
        << where;
}

TEST(Contract, ListsExactlyTheRoutesOfTheService) {
    std::set<std::tuple<std::string, std::string, std::string>> written;
    for (const auto& path : document()["paths"])
        for (const auto& operation : path.second) {
            auto verb = operation.first.as<std::string>();
            if (verb == "parameters") continue;
            for (auto& c : verb) c = static_cast<char>(c - 32);
            written.emplace(verb, path.first.as<std::string>(), operation.second["operationId"].as<std::string>());
        }
    std::set<std::tuple<std::string, std::string, std::string>> built;
    for (const auto& route : routes())
        built.emplace(std::string(name(route.verb)), std::string(route.path), std::string(route.operation));
    EXPECT_EQ(written, built);
}

TEST(Contract, NamesParametersBodiesAndMediaTypesOfEveryRoute) {
    for (const auto& route : routes()) {
        const auto path = document()["paths"][std::string(route.path)];
        std::string verb(name(route.verb));
        for (auto& c : verb) c = static_cast<char>(c + 32);
        const auto operation = path[verb];
        Names_ query;
        Names_ headers;
        for (const auto& list : {path["parameters"], operation["parameters"]})
            for (const auto& entry : list) {
                const auto parameter = resolve(entry);
                const auto in = parameter["in"].as<std::string>();
                if (in == "query") query.insert(parameter["name"].as<std::string>());
                if (in == "header") headers.insert(parameter["name"].as<std::string>());
            }
        EXPECT_EQ(query, Names_(route.query.begin(), route.query.end())) << route.operation;
        EXPECT_EQ(headers.contains("Idempotency-Key"), route.verb != Verb::get && route.kind == BodyKind::json)
            << route.operation;
        EXPECT_EQ(operation["requestBody"].IsDefined(), takes_body(route.verb)) << route.operation;
        Names_ produced{std::string(route.produces)};
        produced.insert(route.also.begin(), route.also.end());
        for (const auto& response : operation["responses"]) {
            const auto status = response.first.as<std::string>();
            const auto content = keys_of(resolve(response.second)["content"]);
            const bool good = status.starts_with('2') || route.operation == "getReadiness";
            if (status == "304" || status == "204")
                EXPECT_TRUE(content.empty());
            else if (good && status != "default" && !status.starts_with('4'))
                EXPECT_EQ(content, produced) << route.operation << status;
            else
                EXPECT_EQ(content, Names_{"application/problem+json"}) << route.operation << status;
            EXPECT_TRUE(resolve(response.second)["headers"]["X-Request-Id"].IsDefined()) << route.operation << status;
        }
    }
}

// A bearer scheme has no scopes in OpenAPI 3.0, so they stand beside it.
TEST(Contract, NamesTheScopeOfEveryRoute) {
    EXPECT_EQ(document()["components"]["securitySchemes"]["apiKey"]["scheme"].as<std::string>(), "bearer");
    const auto meaning = document()["components"]["securitySchemes"]["apiKey"]["description"].as<std::string>();
    for (const auto scope : all_scopes) EXPECT_TRUE(meaning.contains(fmt::format("`{}`", name(scope)))) << name(scope);
    for (const auto& route : routes()) {
        std::string verb(name(route.verb));
        for (auto& c : verb) c = static_cast<char>(c + 32);
        const auto operation = document()["paths"][std::string(route.path)][verb];
        const auto responses = keys_of(operation["responses"]);
        EXPECT_EQ(operation["x-required-scope"].as<std::string>(""), route.scope ? name(*route.scope) : "")
            << route.operation;
        ASSERT_TRUE(operation["security"].IsSequence()) << route.operation;
        EXPECT_EQ(operation["security"].size(), route.scope ? 1U : 0U) << route.operation;
        EXPECT_EQ(route.path.starts_with("/v1/"), route.scope.has_value()) << route.operation;
        for (const auto* status : {"401", "403"})
            EXPECT_EQ(responses.contains(status), route.scope.has_value()) << route.operation << status;
        const bool never_over = route.operation == "pauseCampaign" || route.operation == "cancelCampaign" ||
                                route.operation == "deactivateAutomation";
        EXPECT_EQ(responses.contains("429"), route.scope && !never_over) << route.operation;
    }
}

TEST(Contract, DescribesWhatIsAnswered) {
    expect_shape<CampaignView>(schema("Campaign"), "Campaign", false);
    expect_shape<CampaignListView>(schema("CampaignList"), "CampaignList", false);
    expect_shape<ProgressView>(schema("Progress"), "Progress", false);
    expect_shape<RecipientListView>(schema("RecipientList"), "RecipientList", false);
    expect_shape<DeliveryView>(schema("Delivery"), "Delivery", false);
    expect_shape<DryRunView>(schema("DryRun"), "DryRun", false);
    expect_shape<UploadView>(schema("UploadReport"), "UploadReport", false);
    expect_shape<ProblemView>(
        [] {
            auto problem = YAML::Clone(schema("Problem"));
            problem["properties"]["code"] = YAML::Load("{type: string}");  // a closed list, compared below
            return problem;
        }(),
        "Problem", false);
    expect_shape<AutomationView>(schema("Automation"), "Automation", false);
    expect_shape<AutomationListView>(schema("AutomationList"), "AutomationList", false);
    expect_shape<AutomationVersionListView>(schema("AutomationVersionList"), "AutomationVersionList", false);
    expect_shape<RunListView>(schema("RunList"), "RunList", false);
    expect_shape<SimulationView>(schema("Simulation"), "Simulation", false);
    expect_shape<EventBatchView>(schema("EventBatch"), "EventBatch", false);
    expect_shape<EventRecordView>(schema("EventRecord"), "EventRecord", false);
    expect_shape<LimitsView>(schema("Limits"), "Limits", false);
    expect_shape<AuditEntryListView>(schema("AuditEntryList"), "AuditEntryList", false);
    expect_shape<AuditVerificationView>(schema("AuditVerification"), "AuditVerification", false);
    expect_shape<MessageView>(schema("Message"), "Message", false);
    expect_shape<NoteView>(schema("Note"), "Note", false);
    expect_shape<TrackedEventView>(schema("TrackedEvent"), "TrackedEvent", false);
    expect_shape<ContactTagView>(schema("ContactTag"), "ContactTag", false);
    expect_shape<ErasureView>(schema("Erasure"), "Erasure", false);
    expect_shape<ContactProfileView>(schema("ContactProfile"), "ContactProfile", false);
    expect_shape<HealthView>(schema("Health"), "Health", false);
    expect_shape<ReadinessView>(schema("Readiness"), "Readiness", false);
}

// A patch has the members of a creation, with the same bounds, that `Example` finds it to take.
void expect_patch(const YAML::Node& patch, const YAML::Node& creation) {
    auto members = keys_of(creation["properties"]);
    for (const auto* never : {"audience", "client_ref", "launch", "scheduled_at"}) members.erase(never);
    EXPECT_EQ(keys_of(patch["properties"]), members);
    const auto required = names_in(creation["required"]);
    for (const auto& member : members) {
        const auto mine = resolve(patch["properties"][member]);
        const auto theirs = resolve(creation["properties"][member]);
        EXPECT_EQ(mine["nullable"].as<bool>(false), !required.contains(member)) << member;
        for (const auto* bound : {"minLength", "maxLength", "maxProperties", "minimum", "maximum"})
            EXPECT_EQ(mine[bound].as<std::string>(""), theirs[bound].as<std::string>("")) << member << " " << bound;
    }
}

TEST(Contract, DescribesWhatIsTaken) {
    expect_shape<CampaignBody>(schema("NewCampaign"), "NewCampaign", true);
    expect_patch(schema("CampaignPatch"), schema("NewCampaign"));
    expect_shape<RetryBody>(schema("Retry"), "Retry", true);
    expect_shape<ResolveBody>(schema("Resolve"), "Resolve", true);
    expect_shape<MessageBody>(schema("NewMessage"), "NewMessage", true);
    expect_shape<NoteBody>(schema("NewNote"), "NewNote", true);
    expect_shape<EventBody>(schema("NewEvent"), "NewEvent", true);
    expect_shape<ContactChangeBody>(schema("ContactChange"), "ContactChange", true);
    expect_shape<EmptyBody>(schema("Nothing"), "Nothing", true);
    expect_shape<LaunchBody>(schema("Launch"), "Launch", true);
    expect_shape<EventBatchBody>(schema("NewEventBatch"), "NewEventBatch", true);
    expect_shape<AutomationBody>(schema("NewAutomation"), "NewAutomation", true);
    expect_shape<ConfirmBody>(schema("Confirm"), "Confirm", true);
    expect_shape<SimulationBody>(schema("NewSimulation"), "NewSimulation", true);
}

// The schema without the members that all of its kind have.
template <class Body>
void expect_typed(const std::string& name, const Names_& common) {
    auto node = YAML::Clone(schema(name));
    using Type = typename decltype(Body::types)::value_type;
    Names_ types;
    for (const auto type : Body::types) types.emplace(Names<Type>::name(type));
    EXPECT_EQ(names_in(node["properties"]["type"]["enum"]), types) << name;
    EXPECT_TRUE(names_in(node["required"]).contains("type")) << name;
    YAML::Node required;
    for (const auto& member : names_in(node["required"]))
        if (member != "type") required.push_back(member);
    node["required"] = required;
    for (const auto& member : common) EXPECT_TRUE(node["properties"].remove(member)) << name << member;
    expect_members<Body>(node, name, true);
}

template <class Variant>
void expect_each(const std::vector<std::string>& schemas, const Names_& common) {
    auto name = schemas.begin();
    boost::mp11::mp_for_each<boost::mp11::mp_pop_front<Variant>>(
        [&]<class Body>(const Body&) { expect_typed<Body>(*name++, common); });
    EXPECT_EQ(name, schemas.end());
}

TEST(Contract, DescribesEveryTriggerAndEveryStep) {
    expect_each<AnyTrigger>({"TimeTrigger", "EventTrigger", "BehaviorTrigger", "HealthTrigger", "MilestoneTrigger",
                             "ContractTrigger", "UsageTrigger", "CustomTrigger"},
                            {"type"});
    expect_each<AnyStep>({"NotificationStep", "EmailStep", "TaskStep", "TagStep", "TrackStep", "UpdateStep",
                          "HealthStep", "WebhookStep", "SlackStep", "DelayStep", "WaitStep", "BranchStep", "ExitStep"},
                         {"type", "on_error"});
    auto members = keys_of(schema("NewAutomation")["properties"]);
    for (const auto* never : {"is_active", "created_by"}) members.erase(never);
    EXPECT_EQ(keys_of(schema("AutomationPatch")["properties"]), members);
}

TEST(Contract, ListsEveryEnumeration) {
    EXPECT_EQ(names_in(schema("Order")["enum"]), names_of<Order>());
    EXPECT_EQ(names_in(schema("ExportFormat")["enum"]), names_of<ExportFormat>());
    EXPECT_EQ(names_in(schema("WaitFor")["enum"]), names_of<WaitFor>());
    EXPECT_EQ(names_in(schema("FieldErrorCode")["enum"]), names_of<FieldCode>());
    Names_ codes;
    for (const auto code : all_problem_codes()) codes.emplace(code);
    EXPECT_EQ(names_in(schema("ProblemCode")["enum"]), codes);
    EXPECT_EQ(names_of<CampaignState>().size(), Names<CampaignState>::values.size());
    for (const auto state : Names<CampaignState>::values) EXPECT_EQ(campaign_state(name(state)), state);
    for (const auto reason : Names<PauseReason>::values) EXPECT_EQ(pause_reason(name(reason)), reason);
    for (const auto& text : template_types) EXPECT_EQ(Names<TemplateType>::name(TemplateType::of(text)), text);
}

class Example : public test::ApiTest {
 protected:
    // YAML as the JSON it stands for.
    static boost::json::value json_of(const YAML::Node& node) {
        if (node.IsMap()) {
            boost::json::object out;
            for (const auto& entry : node) out[entry.first.as<std::string>()] = json_of(entry.second);
            return out;
        }
        if (node.IsSequence()) {
            boost::json::array out;
            for (const auto& entry : node) out.push_back(json_of(entry));
            return out;
        }
        if (node.IsNull()) return nullptr;
        const auto text = node.as<std::string>();
        if (node.Tag() == "!") return boost::json::string(text);  // quoted
        if (text == "true" || text == "false") return text == "true";
        boost::json::error_code no_number;
        auto number = boost::json::parse(text, no_number);
        return !no_number && number.is_number() ? number : boost::json::value(boost::json::string(text));
    }
};

TEST_F(Example, EveryRequestIsTaken) {
    const auto examples =
        document()["paths"]["/v1/campaigns"]["post"]["requestBody"]["content"]["application/json"]["examples"];
    ASSERT_GE(examples.size(), 2U);
    for (const auto& example : examples) {
        const auto response = create(json_of(example.second["value"]));
        EXPECT_EQ(response.status, 201) << example.first << response.body;
    }
}

TEST_F(Example, EveryLaunchIsTaken) {
    given_campaign();
    const auto examples = document()["paths"]["/v1/campaigns/{id}/launch"]["post"]["requestBody"]["content"]
                                    ["application/json"]["examples"];
    for (const auto& example : examples) {
        store.only().state = CampaignState::draft;
        const auto response = act("launch", boost::json::serialize(json_of(example.second["value"])));
        EXPECT_EQ(response.status, 202) << example.first << response.body;
    }
}

TEST_F(Example, EveryPatchIsTaken) {
    given_campaign();
    const auto content = document()["paths"]["/v1/campaigns/{id}"]["patch"]["requestBody"]["content"];
    for (const auto& type : content)
        for (const auto& example : type.second["examples"]) {
            const auto response = send("PATCH", path(), boost::json::serialize(json_of(example.second["value"])),
                                       {{"Content-Type", type.first.as<std::string>()}});
            EXPECT_EQ(response.status, 200) << example.first << response.body;
        }
}

TEST_F(Example, EveryOperationOnAContactIsTaken) {
    const std::map<std::string, std::string> path_of{
        {"/v1/contacts/{contact}", "/v1/contacts/external_id:client_123"},
        {"/v1/contacts/{contact}/notes", "/v1/contacts/email:ann@x.org/notes"}};
    for (const auto& [path, verb] : {std::pair{"/v1/messages", "post"},
                                     {"/v1/events", "post"},
                                     {"/v1/contacts/{contact}", "put"},
                                     {"/v1/contacts/{contact}/notes", "post"}}) {
        const auto examples = document()["paths"][path][verb]["requestBody"]["content"]["application/json"]["examples"];
        ASSERT_GE(examples.size(), 1U) << path;
        const auto target = path_of.contains(path) ? path_of.at(path) : path;
        for (const auto& example : examples) {
            const auto response = send(verb == std::string("put") ? "PUT" : "POST", target,
                                       boost::json::serialize(json_of(example.second["value"])));
            EXPECT_EQ(response.status / 100, 2) << example.first << response.body;
        }
    }
}

TEST_F(Example, EveryRequestAboutAnAutomationIsTaken) {
    const auto examples_of = [](const std::string& path, const char* verb) {
        return document()["paths"][path][verb]["requestBody"]["content"]["application/json"]["examples"];
    };
    const auto taken = [&](const char* verb, const std::string& path, const YAML::Node& example) {
        auto response = send(verb, path, boost::json::serialize(json_of(example["value"])));
        EXPECT_EQ(response.status / 100, 2) << path << response.body;
        return response;
    };
    std::string path;
    for (const auto& example : examples_of("/v1/automations", "post"))
        path = header(taken("POST", "/v1/automations", example.second), "Location");
    for (const auto& example : examples_of("/v1/automations/{id}", "patch")) taken("PATCH", path, example.second);
    for (const auto& example : examples_of("/v1/automations/{id}/simulations", "post"))
        taken("POST", path + "/simulations", example.second);
    for (const auto& example : examples_of("/v1/events/batch", "post"))
        taken("POST", "/v1/events/batch", example.second);
    automations.automations.back().last_firing = Firing{.number = 39, .state = FiringState::confirming};
    const auto confirm = examples_of("/v1/automations/{id}/confirm", "post")["firing"];
    EXPECT_EQ(number_of_id("fir", confirm["value"]["firing"].as<std::string>()), 39);
    taken("POST", path + "/confirm", confirm);
}

TEST_F(Example, ACampaignIsAnsweredAsShown) {
    const auto examples =
        document()["paths"]["/v1/campaigns"]["post"]["requestBody"]["content"]["application/json"]["examples"];
    const auto answered = parsed(create(json_of(examples["email"]["value"]))).as_object();
    const auto shown = json_of(document()["components"]["examples"]["RunningCampaign"]["value"]).as_object();
    Names_ answered_members;
    Names_ shown_members;
    for (const auto& [key, ignored] : answered) answered_members.emplace(key);
    for (const auto& [key, ignored] : shown) shown_members.emplace(key);
    EXPECT_EQ(answered_members, shown_members);
}

}  // namespace
}  // namespace herald
