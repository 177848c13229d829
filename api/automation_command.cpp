#include "api/automation_command.hpp"

#include <utility>
#include <vector>

#include <boost/json/parse.hpp>

#include "api/automation_document.hpp"
#include "api/digest.hpp"
#include "api/draft_patch.hpp"
#include "api/json/parse.hpp"
#include "domain/core/id.hpp"

namespace herald::api {
namespace {

namespace json = boost::json;

struct Fixed {
    std::string_view member;
    std::string_view why;
};
// What a creation takes and a patch does not.
constexpr Fixed fixed[] = {
    {"is_active", "switch it with POST /v1/automations/{id}/activate and /deactivate"},
    {"created_by", "who created the automation stays who they were"},
};

AutomationBody read(Decoder& decoder, const json::value& value, const Judges& judges) {
    AutomationBody out;
    decode(decoder, value, out);
    if (value.is_object()) check_definition(decoder, out, judges);
    return out;
}

// A trigger of another type has nothing to be merged into.
bool retyped(const json::value& trigger, const json::object& changes) {
    const auto* changed = changes.if_contains("trigger");
    if (changed == nullptr || !changed->is_object()) return false;
    const auto* type = changed->get_object().if_contains("type");
    return type != nullptr && *type != trigger.at("type");
}

struct NewFilter {
    std::string_view parent;
    json::value filter;
};

// Takes the filters out of the changes: like a list, each replaces the former one whole. A filter has more than one
// form, and is stored in one of them.
std::vector<NewFilter> take_filters(json::value& changes) {
    std::vector<NewFilter> out;
    for (const std::string_view parent : {"/trigger", "/trigger/audience", "/exit"}) {
        boost::system::error_code missing;
        auto* found = changes.find_pointer(parent, missing);
        auto* object = found == nullptr ? nullptr : found->if_object();
        auto* filter = object == nullptr ? nullptr : object->if_contains("filter");
        if (filter == nullptr || filter->is_null()) continue;
        out.push_back({parent, std::move(*filter)});
        object->erase("filter");
    }
    return out;
}

// Whether an erasure took the last one out of the audience.
bool names_nobody(const json::value& document) {
    boost::system::error_code missing;
    const auto* contacts = document.find_pointer("/trigger/audience/contacts", missing);
    return contacts != nullptr && contacts->is_array() && contacts->get_array().empty();
}

}  // namespace

OrNoJson<AutomationCommand> read_automation_command(std::string_view body, std::string_view method,
                                                    std::string_view path, const Judges& judges) {
    const auto value = parse_json(body);
    if (!value) return std::unexpected(value.error());
    AutomationCommand command;
    command.request_hash = request_hash(method, path, *value);
    Decoder decoder;
    command.body = read(decoder, *value, judges);
    command.errors = decoder.take();
    return command;
}

PatchedAutomation patched(const std::string& document, const json::value& patch, Judges judges) {
    PatchedAutomation out;
    Decoder decoder;
    if (!patch.is_object()) {
        decoder.wrong_type("an object", patch);
        out.errors = decoder.take();
        return out;
    }
    auto merged = patch;
    auto& changes = merged.get_object();
    for (const auto& [member, why] : fixed)
        if (changes.erase(member) > 0) decoder.fail_at(member, FieldCode::not_allowed, std::string(why));
    auto creation = json::parse(document);
    if (retyped(creation.at("trigger"), changes)) creation.get_object().erase("trigger");
    judges.nobody_named = names_nobody(creation);
    const auto filters = take_filters(merged);
    merge_patch(creation, merged);
    for (const auto& [parent, filter] : filters) creation.at_pointer(parent).as_object()["filter"] = filter;
    unmask(creation, document);
    // A time that has passed is no mistake of a patch that says nothing about it.
    if (!changes.contains("trigger")) judges.now = {};
    out.body = read(decoder, creation, judges);
    out.errors = decoder.take();
    return out;
}

void check(Decoder& decoder, const ConfirmBody& body) {
    if (!decoder.failed("firing") && !number_of_id("fir", body.firing.value))
        decoder.fail_at("firing", FieldCode::invalid_value, "is not the id of a firing: fir_…");
}

OrNoJson<ConfirmCommand> read_confirm_command(std::string_view body, std::string_view method, std::string_view path) {
    const auto value = parse_json(body.empty() ? "{}" : body);
    if (!value) return std::unexpected(value.error());
    ConfirmCommand command;
    command.request_hash = request_hash(method, path, *value);
    Decoder decoder;
    ConfirmBody parsed;
    decode(decoder, *value, parsed);
    command.errors = decoder.take();
    if (command.errors.empty()) command.firing = number_of_id("fir", parsed.firing.value).value_or(0);
    return command;
}

}  // namespace herald::api
