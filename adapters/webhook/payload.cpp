#include "adapters/webhook/payload.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace herald::webhook {
namespace {

namespace json = boost::json;

json::object to_json(const Scalars& values) {
    json::object out;
    for (const auto& [key, value] : values)
        std::visit(
            [&](const auto& held) {
                using T = std::remove_cvref_t<decltype(held)>;
                if constexpr (std::same_as<T, std::monostate>)
                    out.emplace(key, nullptr);
                else if constexpr (std::same_as<T, std::string>)
                    out.emplace(key, json::string(held));
                else
                    out.emplace(key, held);
            },
            value);
    return out;
}

}  // namespace

std::string webhook_json(const WebhookPayload& payload) {
    json::object contact{{"id", payload.contact.value}};
    if (payload.external_id) contact.emplace("external_id", *payload.external_id);
    json::object data{{"automation_id", payload.automation_id},
                      {"run_id", payload.run_id},
                      {"step", payload.step},
                      {"contact", std::move(contact)}};
    if (!payload.event_id.empty())
        data.emplace("event", json::object{{"id", payload.event_id},
                                           {"name", payload.event_name},
                                           {"metadata", to_json(payload.event_metadata)}});
    data.emplace("data", to_json(payload.data));
    return json::serialize(
        json::object{{"type", "automation.step"}, {"timestamp", to_rfc3339(payload.at)}, {"data", std::move(data)}});
}

std::string slack_json(const std::string& text) {
    return json::serialize(json::object{{"text", text}});
}

}  // namespace herald::webhook
