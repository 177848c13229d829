#include "adapters/intercom/contact_wire.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "adapters/intercom/json_fields.hpp"
#include "adapters/intercom/wire.hpp"

namespace herald::intercom {
namespace {

namespace json = boost::json;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void set(json::object& out, std::string_view key, const std::optional<std::string>& value) {
    if (value) out[key] = *value;
}

Scalars attributes_of(const json::object& contact) {
    Scalars out;
    const auto* custom = contact.if_contains("custom_attributes");
    if (custom == nullptr || !custom->is_object()) return out;
    for (const auto& [key, value] : custom->as_object())
        if (auto shown = scalar(value)) out.emplace(key, *std::move(shown));
    return out;
}

std::optional<Tag> tag_of(const json::object& object) {
    auto id = id_text(object, "id");
    auto name = text(object, "name");
    if (!id || id->empty() || !name) return {};
    return Tag{*std::move(id), *std::move(name)};
}

}  // namespace

std::string contact_json(const ContactChange& change, bool as_user) {
    json::object out;
    if (as_user) out["role"] = "user";
    set(out, "external_id", change.external_id);
    set(out, "email", change.email);
    set(out, "name", change.name);
    set(out, "phone", change.phone);
    if (change.signed_up_at)
        out["signed_up_at"] = std::chrono::floor<seconds>(*change.signed_up_at).time_since_epoch().count();
    // false would subscribe the person again, whatever they asked for.
    if (change.unsubscribe_from_emails) out["unsubscribed_from_emails"] = true;
    if (!change.custom_attributes.empty()) {
        json::object custom;
        for (const auto& [key, value] : change.custom_attributes) custom[key] = to_json(value);
        out["custom_attributes"] = std::move(custom);
    }
    return json::serialize(out);
}

std::string note_json(const NewNote& note) {
    return json::serialize(json::object{{"body", note.body}, {"admin_id", std::to_string(note.admin_id)}});
}

std::string tag_name_json(std::string_view name) {
    return json::serialize(json::object{{"name", name}});
}

std::string tag_id_json(std::string_view id) {
    return json::serialize(json::object{{"id", id}});
}

std::optional<ContactProfile> read_profile(std::string_view body) {
    auto found = read_contact(body);
    const auto object = read_object(body);
    if (!found || !object) return {};
    ContactProfile out;
    out.contact = std::move(found->contact);
    out.name = text(*object, "name");
    out.phone = text(*object, "phone");
    out.owner_id = id_text(*object, "owner_id");
    out.created_at = unix_time(*object, "created_at");
    out.updated_at = unix_time(*object, "updated_at");
    out.signed_up_at = unix_time(*object, "signed_up_at");
    out.last_seen_at = unix_time(*object, "last_seen_at");
    out.last_contacted_at = unix_time(*object, "last_contacted_at");
    out.last_replied_at = unix_time(*object, "last_replied_at");
    out.last_email_opened_at = unix_time(*object, "last_email_opened_at");
    out.last_email_clicked_at = unix_time(*object, "last_email_clicked_at");
    out.custom_attributes = attributes_of(*object);
    return out;
}

std::optional<Note> read_note(std::string_view body) {
    const auto object = read_object(body);
    if (!object) return {};
    auto id = id_text(*object, "id");
    if (!id || id->empty()) return {};
    return Note{*std::move(id), text(*object, "body").value_or(""),
                unix_time(*object, "created_at").value_or(WallTime{})};
}

std::optional<Tag> read_tag(std::string_view body) {
    const auto object = read_object(body);
    if (!object) return {};
    return tag_of(*object);
}

std::optional<std::vector<Tag>> read_tags(std::string_view body) {
    const auto object = read_object(body);
    if (!object) return {};
    const auto* data = object->if_contains("data");
    if (data == nullptr || !data->is_array()) return {};
    std::vector<Tag> out;
    for (const auto& entry : data->as_array())
        if (entry.is_object())
            if (auto tag = tag_of(entry.as_object())) out.push_back(*std::move(tag));
    return out;
}

bool same_tag_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace herald::intercom
