#include "api/automation_document.hpp"

#include <functional>
#include <map>
#include <set>
#include <utility>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "api/automation_definition.hpp"
#include "api/json/encode.hpp"
#include "api/json/parse.hpp"

namespace herald::api {
namespace {

namespace json = boost::json;

constexpr std::int64_t usual_lateness = 60;

using Address = std::function<void(json::string& address)>;

void for_each_address(json::value* steps, const Address& visit) {
    auto* list = steps == nullptr ? nullptr : steps->if_array();
    if (list == nullptr) return;
    for (auto& each : *list) {
        auto* step = each.if_object();
        if (step == nullptr) continue;
        for (const auto* member : {"url", "webhook_url"})
            if (auto* found = step->if_contains(member); found != nullptr && found->is_string())
                visit(found->get_string());
        for (const auto* arm : {"then", "else"}) for_each_address(step->if_contains(arm), visit);
    }
}

}  // namespace

std::string document_of(AutomationBody body) {
    if (!body.delay_minutes) body.delay_minutes.emplace();
    if (!body.entry) body.entry.emplace();
    if (!body.late) body.late.emplace();
    if (!body.late->after_minutes) body.late->after_minutes.emplace(usual_lateness);
    body.is_active.reset();
    body.created_by.reset();
    return to_json(body);
}

Result<std::shared_ptr<const Definition>> read_definition(const std::string& document) {
    const auto value = parse_json(document);
    if (!value) return Error{Errc::invalid_argument, value.error()};
    Decoder decoder;
    AutomationBody body;
    decode(decoder, *value, body);
    const auto errors = decoder.take();
    if (errors.empty()) return definition_of(body);
    const auto& first = errors.listed.front();
    return Error{Errc::invalid_argument,
                 fmt::format("{} mistakes, the first at {}: {}", errors.total, first.pointer, first.detail)};
}

json::object shown_document(const std::string& document) {
    auto value = json::parse(document);
    auto& out = value.as_object();
    for_each_address(out.if_contains("steps"), [](json::string& address) { address = masked(address); });
    return std::move(out);
}

void unmask(json::value& body, const std::string& document) {
    std::map<std::string, std::set<std::string>> known;
    auto stored = json::parse(document);
    for_each_address(stored.as_object().if_contains("steps"),
                     [&](json::string& address) { known[masked(address)].emplace(address); });
    if (!body.is_object()) return;
    for_each_address(body.get_object().if_contains("steps"), [&](json::string& address) {
        const auto found = known.find(std::string(address));
        if (found != known.end() && found->second.size() == 1) address = *found->second.begin();
    });
}

std::string masked(std::string_view url) {
    const auto host = url.find("://");
    const auto path = url.find_first_of("/?#", host == std::string_view::npos ? 0 : host + 3);
    return fmt::format("{}/…", url.substr(0, path));
}

}  // namespace herald::api
