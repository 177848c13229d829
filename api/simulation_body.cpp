#include "api/simulation_body.hpp"

#include <utility>

#include "api/campaign_view.hpp"
#include "api/digest.hpp"
#include "api/json/parse.hpp"
#include "api/shapes.hpp"
#include "domain/campaign/schedule.hpp"

namespace herald::api {
namespace {

constexpr std::chrono::days usual_length{400};
constexpr std::size_t most_text = 4UL * 1024UL * 1024UL;  // in one answer
constexpr std::string_view nobody_special = "simulated";

// As texts show an attribute; null is none.
std::optional<std::string> shown(const Scalar& value) {
    return std::visit(
        [](const auto& held) -> std::optional<std::string> {
            using T = std::remove_cvref_t<decltype(held)>;
            if constexpr (std::same_as<T, std::monostate>)
                return {};
            else
                return fmt::format("{}", held);
        },
        value);
}

template <class T>
void put(Variables& out, const char* key, const std::optional<T>& text) {
    if (text) out.insert_or_assign(key, text->value);
}

Contact contact_of(const SimulatedContactBody& body) {
    Contact out;
    out.id.value = body.id ? body.id->value : std::string(nobody_special);
    out.role = body.role.value_or(ContactRole::user);
    if (body.external_id) out.external_id = body.external_id->value;
    if (body.email) out.email = body.email->value;
    out.unsubscribed_from_emails = body.unsubscribed_from_emails.value_or(false);
    if (body.custom_attributes)
        for (const auto& [key, value] : body.custom_attributes->values)
            if (auto text = shown(value)) out.attributes.emplace(key, *std::move(text));
    put(out.attributes, "name", body.name);
    put(out.attributes, "email", body.email);
    put(out.attributes, "phone", body.phone);
    put(out.attributes, "external_id", body.external_id);
    return out;
}

SimulationInput input_of(SimulationBody& body) {
    SimulationInput out;
    out.contact = contact_of(body.contact);
    if (body.values) out.values = std::move(body.values->values);
    out.start = body.start;
    out.until = body.until.value_or(body.start + usual_length);
    if (!body.events) return out;
    for (auto& event : body.events->values)
        out.events.push_back({.id = fmt::format("event_{}", out.events.size()),
                              .kind = IncomingEvent::Kind::event,
                              .contact = {ContactRef::Kind::id, out.contact.id.value},
                              .name = std::move(event.event_name.value),
                              .at = event.at,
                              .metadata = event.metadata ? std::move(event.metadata->values) : Scalars{}});
    return out;
}

SimulatedStepView step_view(const SimulatedStep& step, std::size_t& text_left, bool& cut) {
    const auto& entry = step.entry;
    SimulatedStepView out{.path = entry.path,
                          .step = entry.step,
                          .at = entry.at,
                          .outcome = entry.outcome,
                          .because = entry.because,
                          .until = entry.until,
                          .text = {}};
    if (!step.text) return out;
    const auto size = step.text->subject.size() + step.text->body.size();
    if (size > text_left) {
        cut = true;
        return out;
    }
    text_left -= size;
    out.text = {unless_empty(step.text->subject), step.text->body};
    return out;
}

}  // namespace

void decode(Decoder& decoder, const boost::json::value& value, ValuesBody& out) {
    const auto* object = value.if_object();
    if (object == nullptr) return decoder.wrong_type("an object", value);
    if (object->size() > ValuesBody::max)
        return decoder.fail(FieldCode::too_many,
                            fmt::format("{} entries, at most {} are taken", object->size(), ValuesBody::max));
    for (const auto& [key, number] : *object) {
        const auto inside = decoder.enter(std::string_view(key));
        decode(decoder, number, out.values[std::string(key)]);
    }
}

void check(Decoder& decoder, const SimulatedContactBody& body) {
    if (body.id && !decoder.failed("id") && !id_shaped(body.id->value))
        decoder.fail_at("id", FieldCode::invalid_value, "is not an id of Intercom's");
    check_email(decoder, body.email);
}

void check(Decoder& decoder, const SimulationBody& body) {
    if (decoder.failed("start")) return;
    if (body.start < WallTime{} || body.start >= end_of_schedules)
        decoder.fail_at("start", FieldCode::invalid_value, "is not from 1970 to 2036");
    if (!body.until || decoder.failed("until")) return;
    if (*body.until <= body.start)
        decoder.fail_at("until", FieldCode::invalid_value, "is not after the start");
    else if (*body.until >= end_of_schedules)
        decoder.fail_at("until", FieldCode::invalid_value, "is not from 1970 to 2036");
}

OrNoJson<SimulationCommand> read_simulation_command(std::string_view body, std::string_view method,
                                                    std::string_view path) {
    const auto value = parse_json(body.empty() ? "{}" : body);
    if (!value) return std::unexpected(value.error());
    SimulationCommand command;
    command.request_hash = request_hash(method, path, *value);
    Decoder decoder;
    SimulationBody parsed;
    decode(decoder, *value, parsed);
    command.errors = decoder.take();
    if (!command.errors.empty()) return command;
    command.input = input_of(parsed);
    if (parsed.version) command.version = parsed.version->value;
    return command;
}

SimulationView simulation_view(const AutomationVersion& version, const Simulation& simulation) {
    SimulationView out{.automation_id = version.automation.value,
                       .version = version.number,
                       .runs = {},
                       .not_entered = {},
                       .cut = simulation.cut};
    auto text_left = most_text;
    for (const auto& run : simulation.runs) {
        auto& view = out.runs.emplace_back();
        view.state = run.run.state;
        view.reason = unless_empty(run.run.reason);
        for (const auto& step : run.trace) view.trace.push_back(step_view(step, text_left, out.cut));
    }
    for (const auto& each : simulation.not_entered) out.not_entered.push_back({each.at, each.event, each.because});
    return out;
}

}  // namespace herald::api
