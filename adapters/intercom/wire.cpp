#include "adapters/intercom/wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "adapters/intercom/json_fields.hpp"

namespace herald::intercom {
namespace {

namespace json = boost::json;

// As many as are asked for at once. A contact may be tens of kilobytes of custom attributes, and a page must
// stay below what the client reads.
constexpr int page_size = 50;

// Short-lived values in one piece of memory that goes at once. `Size` is what a usual one needs; it grows.
template <std::size_t Size>
class Arena {
 public:
    json::storage_ptr storage() { return &memory_; }

 private:
    std::array<unsigned char, Size> space_;
    json::monotonic_resource memory_{space_.data(), space_.size()};
};

// A scalar as a template shows it; nothing for null, arrays and objects.
std::optional<std::string> scalar_text(const json::value& value) {
    switch (value.kind()) {
        case json::kind::string:
            return std::string(value.as_string());
        case json::kind::int64:
            return std::to_string(value.as_int64());
        case json::kind::uint64:
            return std::to_string(value.as_uint64());
        case json::kind::double_:
            return fmt::format("{}", value.as_double());
        case json::kind::bool_:
            return value.as_bool() ? "true" : "false";
        case json::kind::null:
        case json::kind::array:
        case json::kind::object:
            return {};
    }
    return {};
}

Variables attributes_of(const json::object& contact) {
    Variables out;
    if (const auto* custom = contact.if_contains("custom_attributes"); custom != nullptr && custom->is_object())
        for (const auto& [key, value] : custom->as_object())
            if (auto shown = scalar_text(value)) out.emplace(key, std::move(*shown));
    for (const auto* key : {"name", "email", "phone", "external_id"})
        if (auto shown = text(contact, key)) out.insert_or_assign(key, std::move(*shown));
    return out;
}

std::int64_t seconds_of(const json::object& from, std::string_view key) {
    const auto* value = from.if_contains(key);
    return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

std::optional<FoundContact> contact_of(const json::value& value) {
    if (!value.is_object()) return {};
    const auto& object = value.as_object();
    const auto id = id_text(object, "id");
    if (!id || id->empty()) return {};
    FoundContact out;
    out.contact.id.value = *id;
    out.contact.role = text(object, "role") == "lead" ? ContactRole::lead : ContactRole::user;
    out.contact.external_id = text(object, "external_id");
    out.contact.email = text(object, "email");
    out.contact.unsubscribed_from_emails = flag(object, "unsubscribed_from_emails");
    out.contact.hard_bounced = flag(object, "has_hard_bounced");
    out.contact.marked_email_as_spam = flag(object, "marked_email_as_spam");
    out.contact.archived = flag(object, "archived");
    out.contact.blocked = flag(object, "blocked");
    for (const auto date : all_contact_dates) out.contact.dates.set(date, unix_time(object, name(date)));
    out.contact.attributes = attributes_of(object);
    out.updated_at = seconds_of(object, "updated_at");
    out.created_at = seconds_of(object, "created_at");
    return out;
}

json::object admin_reference(std::int64_t id) {
    return {{"type", "admin"}, {"id", id}};
}

}  // namespace

std::string message_json(const OutboundMessage& message) {
    Arena<2048> arena;
    json::object out(6, arena.storage());
    // The description's enum says in_app; its schema, its examples and Intercom's own clients say inapp.
    out["message_type"] = message.channel == Channel::email ? "email" : "inapp";
    if (message.channel == Channel::email) {
        out["subject"] = message.subject;
        out["template"] = name(message.style);
    }
    out["body"] = message.body;
    out["from"] = admin_reference(message.admin_id);
    out["to"] = {{"type", message.to_role == ContactRole::lead ? "lead" : "user"}, {"id", message.to.value}};
    return json::serialize(out);
}

std::string event_json(const TrackedEvent& event) {
    json::object metadata;
    for (const auto& [key, value] : event.metadata) metadata[key] = to_json(value);
    return json::serialize(json::object{
        {"event_name", event.name},
        {"created_at", std::chrono::floor<seconds>(event.at).time_since_epoch().count()},
        {"id", event.contact.value},
        {"metadata", std::move(metadata)},
    });
}

std::string new_contact_json(const NewContact& person) {
    json::object out{{"role", "user"}};
    out[name(person.ref.kind)] = person.ref.value;
    if (person.name) out["name"] = *person.name;
    return json::serialize(out);
}

std::string contact_search_json(std::string_view field, const std::vector<std::string>& values,
                                const std::optional<std::string>& starting_after) {
    json::object pagination{{"per_page", page_size}};
    if (starting_after) pagination["starting_after"] = *starting_after;
    return json::serialize(json::object{
        {"query", {{"field", field}, {"operator", "IN"}, {"value", json::array(values.begin(), values.end())}}},
        {"pagination", std::move(pagination)},
    });
}

std::optional<FoundPage> read_contact_page(std::string_view body) {
    json::monotonic_resource memory(body.size());
    const auto object = read_object(body, &memory);
    if (!object) return {};
    const auto* data = object->if_contains("data");
    if (data == nullptr || !data->is_array()) return {};
    FoundPage out;
    for (const auto& entry : data->as_array()) {
        auto contact = contact_of(entry);
        if (!contact) return {};
        out.contacts.push_back(std::move(*contact));
    }
    if (const auto* pages = object->if_contains("pages"); pages != nullptr && pages->is_object())
        if (const auto* next = pages->as_object().if_contains("next"); next != nullptr && next->is_object())
            out.starting_after = text(next->as_object(), "starting_after");
    if (const auto* total = object->if_contains("total_count"); total != nullptr && total->is_int64())
        out.total = total->as_int64();
    return out;
}

std::optional<FoundContact> read_contact(std::string_view body) {
    const auto object = read_object(body);
    if (!object) return {};
    return contact_of(*object);
}

std::optional<std::vector<Admin>> read_admins(std::string_view body) {
    const auto object = read_object(body);
    if (!object) return {};
    const auto* admins = object->if_contains("admins");
    if (admins == nullptr || !admins->is_array()) return {};
    std::vector<Admin> out;
    for (const auto& entry : admins->as_array()) {
        if (!entry.is_object()) continue;
        const auto id = id_text(entry.as_object(), "id");
        Admin admin;
        if (!id || std::from_chars(id->data(), id->data() + id->size(), admin.id).ec != std::errc{}) continue;
        admin.name = text(entry.as_object(), "name").value_or("");
        admin.email = text(entry.as_object(), "email").value_or("");
        out.push_back(std::move(admin));
    }
    return out;
}

std::optional<std::string> read_app_id(std::string_view body) {
    const auto object = read_object(body);
    if (!object) return {};
    const auto* app = object->if_contains("app");
    if (app == nullptr || !app->is_object()) return {};
    return id_text(app->get_object(), "id_code");
}

std::optional<std::string> read_message_id(std::string_view body) {
    Arena<2048> arena;
    const auto object = read_object(body, arena.storage());
    if (!object) return {};
    auto id = id_text(*object, "id");
    if (!id || id->empty()) return {};
    return id;
}

ErrorBody read_error(std::string_view body) {
    ErrorBody out;
    const auto object = read_object(body);
    if (!object) return out;
    out.request_id = id_text(*object, "request_id").value_or("");
    out.message = text(*object, "message").value_or("");
    const auto* errors = object->if_contains("errors");
    if (errors == nullptr || !errors->is_array() || errors->as_array().empty()) return out;
    if (const auto& first = errors->as_array().front(); first.is_object()) {
        out.code = text(first.as_object(), "code").value_or("");
        out.message = text(first.as_object(), "message").value_or(out.message);
    }
    return out;
}

Conflict read_conflict(std::string_view message) {
    constexpr std::string_view before = "id=";
    constexpr std::size_t id_length = 24;
    Conflict out;
    out.archived = message.contains("rchived");
    const auto start = message.find(before);
    if (start == std::string_view::npos) return out;
    const auto id = message.substr(start + before.size(), id_length);
    const bool whole = id.size() == id_length &&
                       std::ranges::all_of(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (whole) out.id = id;
    return out;
}

}  // namespace herald::intercom
