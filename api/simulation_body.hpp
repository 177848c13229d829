#pragma once
// What a client sends to have an automation simulated, and what it is answered.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "api/automation_enums.hpp"
#include "api/operation_body.hpp"
#include "api/operation_command.hpp"
#include "domain/automation/simulate.hpp"

namespace herald::api {

struct SimulatedContactBody {
    std::optional<Text<64>> id;
    std::optional<Text<255>> external_id;
    std::optional<Text<254>> email;
    std::optional<Text<255>> name;
    std::optional<Text<64>> phone;
    std::optional<ContactRole> role;
    std::optional<bool> unsubscribed_from_emails;
    std::optional<ScalarMap<100, 255>> custom_attributes;
};
BOOST_DESCRIBE_STRUCT(SimulatedContactBody, (),
                      (id, external_id, email, name, phone, role, unsubscribed_from_emails, custom_attributes))

struct SimulatedEventBody {
    Text<255> event_name;
    WallTime at{};
    std::optional<ScalarMap<10, 255>> metadata;
};
BOOST_DESCRIBE_STRUCT(SimulatedEventBody, (), (event_name, at, metadata))

// The last value seen of each metric.
struct ValuesBody {
    static constexpr std::size_t max = 50;
    Values values;
};
void decode(Decoder& decoder, const boost::json::value& value, ValuesBody& out);

struct SimulationBody {
    SimulatedContactBody contact;
    std::optional<List<SimulatedEventBody, 0, most_simulated_events>> events;
    WallTime start{};
    std::optional<WallTime> until;
    std::optional<ValuesBody> values;
    std::optional<Number<1, 1'000'000'000>> version;
};
BOOST_DESCRIBE_STRUCT(SimulationBody, (), (contact, events, start, until, values, version))

void check(Decoder& decoder, const SimulatedContactBody& body);
void check(Decoder& decoder, const SimulationBody& body);

struct SimulationCommand : CommandHead {
    SimulationInput input;
    std::optional<std::int64_t> version;
};
OrNoJson<SimulationCommand> read_simulation_command(std::string_view body, std::string_view method,
                                                    std::string_view path);

struct StepTextView {
    std::optional<std::string> subject;
    std::string body;
};
BOOST_DESCRIBE_STRUCT(StepTextView, (), (subject, body))

struct SimulatedStepView {
    std::string path;
    std::optional<StepType> step;
    WallTime at{};
    StepOutcome outcome{};
    std::string because;
    std::optional<WallTime> until;
    std::optional<StepTextView> text;
};
BOOST_DESCRIBE_STRUCT(SimulatedStepView, (), (path, step, at, outcome, because, until, text))

struct SimulatedRunView {
    RunState state{};
    std::optional<std::string> reason;
    std::vector<SimulatedStepView> trace;
};
BOOST_DESCRIBE_STRUCT(SimulatedRunView, (), (state, reason, trace))

struct NotEnteredView {
    WallTime at{};
    std::string event;
    std::string because;
};
BOOST_DESCRIBE_STRUCT(NotEnteredView, (), (at, event, because))

struct SimulationView {
    std::string automation_id;
    std::int64_t version{};
    std::vector<SimulatedRunView> runs;
    std::vector<NotEnteredView> not_entered;
    bool cut{};
};
BOOST_DESCRIBE_STRUCT(SimulationView, (), (automation_id, version, runs, not_entered, cut))

// Texts beyond some megabytes are left out, and it is cut.
SimulationView simulation_view(const AutomationVersion& version, const Simulation& simulation);

}  // namespace herald::api
